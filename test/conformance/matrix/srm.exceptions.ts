import type { Deed, Exception } from './cell.js';

/** The runs of a plan. */
export const RUNS: readonly Deed[] = [
  'START_DRILL',
  'CLEAN_UP_DRILL',
  'PLANNED_FAILOVER',
  'FAILOVER',
  'REPROTECT',
];

const RECOVERED = ['RECOVERED', 'PARTIALLY_RECOVERED', 'PARTIALLY_REPROTECTED'];

export const SRM_STRICTER: readonly Exception[] = [
  {
    deeds: ['CANCEL'],
    states: ['CLEANUP_IN_PROGRESS', 'REPROTECT_IN_PROGRESS'],
    section: '4.1, 4.4 [I]',
    reason: 'A cancel of these is not documented, and the run is expected to complete: nothing is pretended.',
  },
  {
    deeds: ['DELETE_PROTECTION_GROUP'],
    states: [
      ...['CONFIGURING_PROTECTION', 'REMOVING_PROTECTION', 'RESTORING_PLACEHOLDERS'],
      ...['OPERATIONS_IN_PROGRESS', 'LOADING'],
    ],
    section: '4.2 [I]',
    reason: 'Only a running plan is named as being in the way; a group at work is let finish first.',
  },
  {
    deeds: ['DELETE_PROTECTION_GROUP'],
    states: ['UNKNOWN', 'HIBERNATING'],
    section: '4.3 [I]',
    reason: 'An unknown value is never taken for an idle one.',
  },
  {
    deeds: ['ENABLE_PROTECTION', 'DISABLE_PROTECTION'],
    states: ['REMOVING_PROTECTION', 'RESTORING_PLACEHOLDERS'],
    section: '4.5',
    reason: 'Editable only in OK and NOT_CONFIGURED; the simulator works on single machines side by side.',
  },
  {
    deeds: ['DISABLE_PROTECTION'],
    states: RECOVERED,
    section: '4.5',
    reason:
      'Machines may be removed after a recovery, but without them there is no way back: reprotect first.',
  },
];

const PROTECTED_SITE_GONE = 'protected site down, remote session gone';

export const SRM_OPEN: readonly Exception[] = [
  {
    deeds: RUNS.filter((run) => run !== 'REPROTECT'),
    states: 'ANY',
    when: PROTECTED_SITE_GONE,
    section: '1.5 [D]',
    reason: 'These may run with the far server down, and then nobody can log in there; the gateway insists.',
  },
  {
    deeds: ['REPROTECT'],
    states: 'ANY',
    when: 'protected site down',
    section: '1.5, 4.1 [D]',
    reason: 'A reprotection needs the far server up; the gateway only warns while it holds a session.',
  },
  {
    deeds: RUNS,
    states: 'ANY',
    when: 'recovery site down',
    section: '1.5 (D), 4.6',
    reason: 'The recovery site carries out the run, so it must be there; the gateway does not look.',
  },
  {
    deeds: ['ENABLE_PROTECTION', 'DISABLE_PROTECTION', 'UPDATE_PROTECTION_GROUP'],
    states: ['OK', 'NOT_CONFIGURED'],
    when: 'remote session lost, but renewable',
    section: '1.5, 3.1',
    reason: 'A list with gaps is not taken as the sign that the login at the far site is lost.',
  },
  {
    deeds: ['DISABLE_PROTECTION'],
    states: ['OK', 'NOT_CONFIGURED'],
    when: 'remote login refused',
    section: '4.2 [D]',
    reason:
      'Protection is removed without the far site; a gap in a field that nobody needs stands in the way.',
  },
];
