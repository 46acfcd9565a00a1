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
