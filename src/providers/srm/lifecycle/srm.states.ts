import type { DrAction } from '../../../domain/dr-action.js';
import type { ProtectionState } from '../../../domain/inventory.js';
import type { StateMeaning } from '../../../domain/lifecycle.js';

function resting(state: ProtectionState, meaning: string): StateMeaning {
  return { state, meaning, passing: false };
}

/** @param action what it is the middle of; absent = it mirrors the run of a plan, or cannot be told */
function passing(state: ProtectionState, meaning: string, action?: DrAction): StateMeaning {
  return { state, meaning, passing: true, ...(action === undefined ? {} : { action }) };
}

/**
 * Planned and unplanned recoveries share their words, and a run of any kind may wait for a person or be cancelled: the
 * gravest of what it can be is told, since that is what the workload must be guarded for.
 */
const GRAVEST: DrAction = 'FAILOVER';

/** Every plan status of the document (4.3). */
export const PLAN_STATES = {
  READY_STATE: resting('PROTECTED', 'The plan is ready to be tested or run.'),
  NO_PROTECTION_GROUPS: resting('EMPTY', 'The plan holds no protection group; give it one in SRM first.'),
  PROTECTION_GROUPS_IN_USE: resting(
    'BUSY',
    'Another plan that holds one of these groups is running or stands in a test; wait for it, or clean it up.',
  ),
  DELETING: passing('DELETING', 'The plan is being deleted.', 'DELETE_RECOVERY_PLAN'),
  TEST_IN_PROGRESS: passing('DRILL_STARTING', 'A test of the plan is running.', 'START_DRILL'),
  CLEANUP_IN_PROGRESS: passing('DRILL_CLEANING_UP', 'What a test made is being removed.', 'CLEAN_UP_DRILL'),
  RECOVERY_IN_PROGRESS: passing(
    'FAILING_OVER',
    'The plan is being run: the workload moves to the recovery site.',
    GRAVEST,
  ),
  REPROTECT_IN_PROGRESS: passing('REPROTECTING', 'Replication is being turned round.', 'REPROTECT'),
  WAITING_FOR_USER_INPUT: passing(
    'WAITING_FOR_INPUT',
    'The run stopped at a prompt and waits, for ever if need be, until a person answers it.',
    GRAVEST,
  ),
  CANCEL_IN_PROGRESS: passing(
    'CANCELLING',
    'The run is stopping; steps that cannot be stopped finish first.',
    GRAVEST,
  ),
  TEST_COMPLETE: resting('DRILL_ACTIVE', 'The machines of a test are up; clean up before anything else.'),
  TEST_INTERRUPTED: resting(
    'INCOMPLETE',
    'The SRM server died during a test; run the test again or clean it up.',
  ),
  CLEANUP_INCOMPLETE: resting('INCOMPLETE', 'The clean-up met errors; repeat it, forced if it fails again.'),
  CLEANUP_INTERRUPTED: resting('INCOMPLETE', 'The SRM server died during the clean-up; repeat it.'),
  RECOVERY_COMPLETE: resting(
    'FAILED_OVER',
    'The workload runs at the recovery site and is not protected there until it is reprotected.',
  ),
  DISASTER_RECOVERY_COMPLETE: resting(
    'FAILED_OVER',
    'The workload runs at the recovery site, but the old machines could not be shut down: run the recovery again once the sites see each other.',
  ),
  RECOVERY_SPLIT_BRAIN: resting(
    'INCOMPLETE',
    'The steps at the protected site did not finish; machines may run at both sites. Run the recovery again.',
  ),
  INCOMPLETE_RECOVERY: resting(
    'INCOMPLETE',
    'The recovery stopped with errors or was cancelled; run it again.',
  ),
  RECOVERY_INTERRUPTED: resting('INCOMPLETE', 'The SRM server died during the recovery; run it again.'),
  PARTIAL_RECOVERY: resting(
    'INCOMPLETE',
    'Another plan recovered some of these groups; run the recovery for the others.',
  ),
  INCOMPLETE_REPROTECT: resting('INCOMPLETE', 'The reprotection met errors; repeat it.'),
  REPROTECT_INTERRUPTED: resting('INCOMPLETE', 'The SRM server died during the reprotection; repeat it.'),
  PARTIAL_REPROTECT: resting(
    'INCOMPLETE',
    'Another plan reprotected some of these groups; repeat it for the others.',
  ),
  DIRECTION_ERROR: resting(
    'ERROR',
    'The groups of the plan point in different directions; mend the plan in SRM.',
  ),
  SYNC_CONFLICT: resting('ERROR', 'The plan was changed at both sites; mend it in SRM.'),
  RECOVERY_STARTED: resting(
    'UNKNOWN',
    'A recovery was begun at the other site, which cannot be seen from here; look there.',
  ),
  UNKNOWN_STATE: resting('UNKNOWN', 'The SRM server itself cannot tell.'),
} as const satisfies Record<string, StateMeaning>;

/** Every group status of the document (3.4, 4.5). */
export const GROUP_STATES = {
  OK: resting('PROTECTED', 'Every machine of the group is protected.'),
  READY: resting('PROTECTED', 'The group is ready to be recovered.'),
  NOT_CONFIGURED: resting('UNPROTECTED', 'Machines of the group are not protected yet.'),
  CONFIGURING_PROTECTION: passing('ENABLING', 'Protection of machines is being set up.', 'ENABLE_PROTECTION'),
  REMOVING_PROTECTION: passing('DISABLING', 'Protection of machines is being removed.', 'DISABLE_PROTECTION'),
  RESTORING_PLACEHOLDERS: passing(
    'UPDATING',
    'Lost placeholder machines are being made again.',
    'RESTORE_PLACEHOLDERS',
  ),
  OPERATIONS_IN_PROGRESS: passing('UPDATING', 'Several operations on machines of the group are running.'),
  TESTING: passing('DRILL_STARTING', 'A plan with this group is in a test, or its clean-up failed.'),
  TEST_COMPLETE: resting('DRILL_ACTIVE', 'A plan with this group stands in a test; clean it up.'),
  CLEANING_UP: passing('DRILL_CLEANING_UP', 'What a test made is being removed.'),
  RECOVERING: passing('FAILING_OVER', 'A plan moves this group to its recovery site.'),
  RECOVERED: resting('FAILED_OVER', 'The group runs at its recovery site and awaits reprotection.'),
  PARTIALLY_RECOVERED: resting('INCOMPLETE', 'The recovery of the group did not finish; run its plan again.'),
  REPROTECTING: passing('REPROTECTING', 'Replication of the group is being turned round.'),
  PARTIALLY_REPROTECTED: resting('INCOMPLETE', 'The reprotection did not finish; repeat it on its plan.'),
  LOADING: passing('UNKNOWN', 'The SRM server is still reading what it knows of the group.'),
  UNKNOWN: resting('UNKNOWN', 'The SRM server itself cannot tell.'),
} as const satisfies Record<string, StateMeaning>;

function mirrored({ state, meaning }: StateMeaning): StateMeaning {
  return passing(state, meaning);
}

/** A test is no resource of its own: its states are words of its plan, which alone tells what is under way. */
export const DRILL_STATES_OF_PLAN = {
  TEST_IN_PROGRESS: mirrored(PLAN_STATES.TEST_IN_PROGRESS),
  TEST_COMPLETE: PLAN_STATES.TEST_COMPLETE,
  TEST_INTERRUPTED: PLAN_STATES.TEST_INTERRUPTED,
  CLEANUP_IN_PROGRESS: mirrored(PLAN_STATES.CLEANUP_IN_PROGRESS),
  CLEANUP_INCOMPLETE: PLAN_STATES.CLEANUP_INCOMPLETE,
  CLEANUP_INTERRUPTED: PLAN_STATES.CLEANUP_INTERRUPTED,
} as const satisfies Record<string, StateMeaning>;

export type PlanWord = keyof typeof PLAN_STATES;
export type GroupWord = keyof typeof GROUP_STATES;
