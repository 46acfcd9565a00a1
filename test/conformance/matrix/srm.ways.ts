import {
  aMoment,
  begin,
  change,
  death,
  doom,
  pinned,
  prompt,
  protectAll,
  theEnd,
  unprotect,
  whole,
  type Step,
} from './srm.steps.js';

/** Shares the group `web` with its neighbour, so that what others do to it can be shown as well. */
export const PLAN = 'campus-plan';
const NEIGHBOUR = 'web-plan';

const planIs = (status: string): Step[] => [pinned('plans', PLAN, status)];

/**
 * The way into every plan status (SRM reference 4.3, 4.4). Only what the simulator never comes to by
 * itself is pinned, and a word that no document knows.
 */
export const PLAN_WAYS: Readonly<Record<string, readonly Step[]>> = {
  READY_STATE: [],
  NO_PROTECTION_GROUPS: [change(({ plans }) => plans.forEach((plan) => (plan.groupIds = [])))],
  PROTECTION_GROUPS_IN_USE: whole(NEIGHBOUR, 'test'),
  DIRECTION_ERROR: whole(NEIGHBOUR, 'recovery', 'reprotect'),
  DELETING: [change(({ plans }) => plans.forEach((plan) => (plan.deleting = true)))],
  TEST_IN_PROGRESS: [begin(PLAN, 'test'), aMoment],
  TEST_COMPLETE: whole(PLAN, 'test'),
  TEST_INTERRUPTED: [begin(PLAN, 'test'), aMoment, death],
  CLEANUP_IN_PROGRESS: [...whole(PLAN, 'test'), begin(PLAN, 'cleanup'), aMoment],
  CLEANUP_INCOMPLETE: [doom('cleanup'), ...whole(PLAN, 'test', 'cleanup')],
  CLEANUP_INTERRUPTED: [...whole(PLAN, 'test'), begin(PLAN, 'cleanup'), aMoment, death],
  RECOVERY_IN_PROGRESS: [begin(PLAN, 'recovery'), aMoment],
  WAITING_FOR_USER_INPUT: [prompt(PLAN), ...whole(PLAN, 'recovery')],
  CANCEL_IN_PROGRESS: [
    begin(PLAN, 'recovery'),
    aMoment,
    change(({ plans }) => plans.forEach(({ run }) => run && (run.cancelled = true))),
  ],
  RECOVERY_COMPLETE: whole(PLAN, 'recovery'),
  DISASTER_RECOVERY_COMPLETE: [doom('recovery', 'disaster'), ...whole(PLAN, 'recovery')],
  RECOVERY_SPLIT_BRAIN: [
    doom('recovery', 'disaster'),
    ...whole(PLAN, 'recovery'),
    doom('recovery'),
    ...whole(PLAN, 'recovery'),
  ],
  INCOMPLETE_RECOVERY: [doom('recovery'), ...whole(PLAN, 'recovery')],
  RECOVERY_INTERRUPTED: [begin(PLAN, 'recovery'), aMoment, death],
  PARTIAL_RECOVERY: whole(NEIGHBOUR, 'recovery'),
  REPROTECT_IN_PROGRESS: [...whole(PLAN, 'recovery'), begin(PLAN, 'reprotect'), aMoment],
  INCOMPLETE_REPROTECT: [doom('reprotect'), ...whole(PLAN, 'recovery', 'reprotect')],
  REPROTECT_INTERRUPTED: [...whole(PLAN, 'recovery'), begin(PLAN, 'reprotect'), aMoment, death],
  PARTIAL_REPROTECT: [...whole(PLAN, 'recovery'), ...whole(NEIGHBOUR, 'reprotect')],
  RECOVERY_STARTED: planIs('RECOVERY_STARTED'),
  SYNC_CONFLICT: planIs('SYNC_CONFLICT'),
  UNKNOWN_STATE: planIs('UNKNOWN_STATE'),
  HIBERNATING: planIs('HIBERNATING'),
};

/** The way into every group status (3.4, 4.5), for a group and a plan that holds it alone. */
export function groupWays(group: string, plan: string): Readonly<Record<string, readonly Step[]>> {
  const groupIs = (status: string): Step[] => [pinned('groups', group, status)];
  return {
    OK: [protectAll(group), theEnd],
    NOT_CONFIGURED: [unprotect(group, 0), theEnd],
    CONFIGURING_PROTECTION: [unprotect(group, 0), theEnd, protectAll(group)],
    REMOVING_PROTECTION: [unprotect(group, 0)],
    OPERATIONS_IN_PROGRESS: [
      protectAll(group),
      theEnd,
      unprotect(group, 0),
      theEnd,
      protectAll(group),
      unprotect(group, 1),
    ],
    RESTORING_PLACEHOLDERS: [
      protectAll(group),
      theEnd,
      change(({ vms }) => vms.forEach((vm) => vm.groupId && (vm.protection = 'RESTORING_PLACEHOLDER'))),
    ],
    LOADING: [change(({ groups }) => groups.forEach((each) => (each.loading = true)))],
    TESTING: [begin(plan, 'test'), aMoment],
    TEST_COMPLETE: whole(plan, 'test'),
    CLEANING_UP: [...whole(plan, 'test'), begin(plan, 'cleanup'), aMoment],
    RECOVERING: [begin(plan, 'recovery'), aMoment],
    RECOVERED: whole(plan, 'recovery'),
    PARTIALLY_RECOVERED: [doom('recovery'), ...whole(plan, 'recovery')],
    REPROTECTING: [...whole(plan, 'recovery'), begin(plan, 'reprotect'), aMoment],
    PARTIALLY_REPROTECTED: [doom('reprotect'), ...whole(plan, 'recovery', 'reprotect')],
    READY: groupIs('READY'),
    UNKNOWN: groupIs('UNKNOWN'),
    HIBERNATING: groupIs('HIBERNATING'),
  };
}
