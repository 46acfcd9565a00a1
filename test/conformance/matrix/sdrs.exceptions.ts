import type { Exception } from './cell.js';
import type { DrAction } from '../../../src/domain/dr-action.js';

/** The actions that the group's pairs carry out. */
export const ON_PAIRS: readonly DrAction[] = [
  'ENABLE_PROTECTION',
  'DISABLE_PROTECTION',
  'PLANNED_FAILOVER',
  'FAILOVER',
  'REPROTECT',
];

export const SDRS_STRICTER: readonly Exception[] = [
  {
    deeds: ['DELETE_PROTECTION_GROUP'],
    states: ['protected'],
    when: 'empty',
    section: '4.1 [I]',
    reason: 'A protected group has pairs, so an empty one is a fault that a person should look at first.',
  },
  {
    deeds: ['START_DRILL'],
    states: 'ANY',
    when: 'with a drill',
    section: '3.6, 4.4',
    reason:
      'No limit is documented; the gateway keeps one drill per plan, so that a clean-up is never a guess.',
  },
];

export const SDRS_OPEN: readonly Exception[] = [
  {
    deeds: ['CLEAN_UP_DRILL'],
    states: 'ANY',
    when: 'a drill that is hibernating',
    section: '4.4',
    reason: 'A drill is deleted from available, error and error-deleting; an unknown word is none of them.',
  },
  {
    deeds: ON_PAIRS,
    states: 'ANY',
    when: 'deleted natively',
    section: '4.1 [D]',
    reason:
      'Neither an instance whose server is gone nor its group accepts any operation; instances are not read.',
  },
  {
    deeds: ON_PAIRS,
    states: 'ANY',
    when: 'is being',
    section: '4.2, 4.3 [I]',
    reason: 'A member at work is in the way of its group; members are not read.',
  },
  {
    deeds: ON_PAIRS,
    states: 'ANY',
    when: 'pairs in error only',
    section: '4.1 [I]',
    reason: 'A pair that was never made carries nothing; the gateway counts it all the same.',
  },
  {
    deeds: ['DISABLE_PROTECTION'],
    states: ['protected', 'error-stopping'],
    when: 'still copies',
    section: '4.1',
    reason: 'The synchronisation must have finished (1830); the gateway only warns.',
  },
];
