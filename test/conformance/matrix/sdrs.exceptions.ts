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
