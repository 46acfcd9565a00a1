/** The plan machine of srm reference 4.3 and 4.4, as data. */
export type Action = 'test' | 'cleanup' | 'recovery' | 'reprotect';

export const ACTIONS: readonly Action[] = ['test', 'cleanup', 'recovery', 'reprotect'];

export const PLAN_STATUSES = [
  'READY_STATE',
  'NO_PROTECTION_GROUPS',
  'DIRECTION_ERROR',
  'DELETING',
  'WAITING_FOR_USER_INPUT',
  'CANCEL_IN_PROGRESS',
  'TEST_IN_PROGRESS',
  'PROTECTION_GROUPS_IN_USE',
  'TEST_COMPLETE',
  'TEST_INTERRUPTED',
  'CLEANUP_IN_PROGRESS',
  'CLEANUP_INCOMPLETE',
  'CLEANUP_INTERRUPTED',
  'RECOVERY_IN_PROGRESS',
  'RECOVERY_COMPLETE',
  'RECOVERY_STARTED',
  'PARTIAL_RECOVERY',
  'RECOVERY_SPLIT_BRAIN',
  'DISASTER_RECOVERY_COMPLETE',
  'INCOMPLETE_RECOVERY',
  'RECOVERY_INTERRUPTED',
  'REPROTECT_IN_PROGRESS',
  'INCOMPLETE_REPROTECT',
  'PARTIAL_REPROTECT',
  'REPROTECT_INTERRUPTED',
  'UNKNOWN_STATE',
  'SYNC_CONFLICT',
] as const;

export type PlanStatus = (typeof PLAN_STATUSES)[number];

/** How a run can come to its end. */
export type Ending = 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

interface Movement {
  from: readonly PlanStatus[];
  running: PlanStatus;
  /** A cancel of cleanup or reprotect is accepted, but the run completes. */
  cancellable: boolean;
  ends: Record<Ending, PlanStatus>;
}

export const PLAN_MACHINE: Record<Action, Movement> = {
  test: {
    from: ['READY_STATE', 'TEST_INTERRUPTED'],
    running: 'TEST_IN_PROGRESS',
    cancellable: true,
    ends: {
      succeeded: 'TEST_COMPLETE',
      failed: 'TEST_COMPLETE',
      cancelled: 'TEST_COMPLETE',
      interrupted: 'TEST_INTERRUPTED',
    },
  },
  cleanup: {
    from: ['TEST_COMPLETE', 'TEST_INTERRUPTED', 'CLEANUP_INCOMPLETE', 'CLEANUP_INTERRUPTED'],
    running: 'CLEANUP_IN_PROGRESS',
    cancellable: false,
    ends: {
      succeeded: 'READY_STATE',
      failed: 'CLEANUP_INCOMPLETE',
      cancelled: 'CLEANUP_INCOMPLETE',
      interrupted: 'CLEANUP_INTERRUPTED',
    },
  },
  recovery: {
    from: [
      'READY_STATE',
      'INCOMPLETE_RECOVERY',
      'RECOVERY_INTERRUPTED',
      'RECOVERY_SPLIT_BRAIN',
      'PARTIAL_RECOVERY',
      'DISASTER_RECOVERY_COMPLETE',
    ],
    running: 'RECOVERY_IN_PROGRESS',
    cancellable: true,
    ends: {
      succeeded: 'RECOVERY_COMPLETE',
      failed: 'INCOMPLETE_RECOVERY',
      cancelled: 'INCOMPLETE_RECOVERY',
      interrupted: 'RECOVERY_INTERRUPTED',
    },
  },
  reprotect: {
    from: ['RECOVERY_COMPLETE', 'INCOMPLETE_REPROTECT', 'REPROTECT_INTERRUPTED', 'PARTIAL_REPROTECT'],
    running: 'REPROTECT_IN_PROGRESS',
    cancellable: false,
    ends: {
      succeeded: 'READY_STATE',
      failed: 'INCOMPLETE_REPROTECT',
      cancelled: 'INCOMPLETE_REPROTECT',
      interrupted: 'REPROTECT_INTERRUPTED',
    },
  },
};

/** Where a cancel is accepted. */
export const CANCEL_FROM: readonly PlanStatus[] = [
  'TEST_IN_PROGRESS',
  'CLEANUP_IN_PROGRESS',
  'RECOVERY_IN_PROGRESS',
  'REPROTECT_IN_PROGRESS',
  'WAITING_FOR_USER_INPUT',
];

/** What one plan in these holds, no other plan may touch: it shows PROTECTION_GROUPS_IN_USE. */
export const HOLDING: readonly PlanStatus[] = [
  ...CANCEL_FROM,
  'CANCEL_IN_PROGRESS',
  'TEST_COMPLETE',
  'TEST_INTERRUPTED',
  'CLEANUP_INCOMPLETE',
  'CLEANUP_INTERRUPTED',
];

/** Where a plan may be reconfigured and deleted (srm reference 4.3, column "Pushable"). */
export const EDITABLE: readonly PlanStatus[] = [
  'READY_STATE',
  'NO_PROTECTION_GROUPS',
  'DIRECTION_ERROR',
  'SYNC_CONFLICT',
];

/** What a plan in motion looks like from the other site while the two cannot talk. */
export const SEEN_AS_STARTED: readonly PlanStatus[] = [
  'RECOVERY_IN_PROGRESS',
  'RECOVERY_COMPLETE',
  'DISASTER_RECOVERY_COMPLETE',
];

/** The phases a group goes through while plans run on it (srm reference 4.5). */
export type GroupPhase =
  | 'idle'
  | 'testing'
  | 'tested'
  | 'cleaning'
  | 'cleanup-failed'
  | 'recovering'
  | 'recovered'
  | 'recovery-failed'
  | 'reprotecting'
  | 'reprotect-failed';

/** `status: null` = the group's own: OK, NOT_CONFIGURED or what its VMs are going through. */
export const GROUP_PHASES: Record<GroupPhase, { status: string | null; recovery_status: string }> = {
  idle: { status: null, recovery_status: 'READY' },
  testing: { status: 'TESTING', recovery_status: 'TEST_IN_PROGRESS' },
  tested: { status: 'TEST_COMPLETE', recovery_status: 'TEST_COMPLETE' },
  cleaning: { status: 'CLEANING_UP', recovery_status: 'CLEANUP' },
  'cleanup-failed': { status: 'TESTING', recovery_status: 'TEST_COMPLETE' },
  recovering: { status: 'RECOVERING', recovery_status: 'RECOVERY_IN_PROGRESS' },
  recovered: { status: 'RECOVERED', recovery_status: 'RECOVERY_COMPLETE' },
  'recovery-failed': { status: 'PARTIALLY_RECOVERED', recovery_status: 'PARTIALLY_RECOVERED' },
  reprotecting: { status: 'REPROTECTING', recovery_status: 'REPROTECT_IN_PROGRESS' },
  'reprotect-failed': { status: 'PARTIALLY_REPROTECTED', recovery_status: 'PARTIALLY_REPROTECTED' },
};

interface Traces {
  phase: GroupPhase;
  vm: string;
}

/** What a run leaves on the groups and VMs it works on, while it runs and for every ending. */
export const TRACES: Record<Action, Record<Ending | 'running', Traces>> = {
  test: {
    running: { phase: 'testing', vm: 'TEST_IN_PROGRESS' },
    succeeded: { phase: 'tested', vm: 'TEST_SUCCEEDED' },
    failed: { phase: 'tested', vm: 'TEST_ERROR' },
    cancelled: { phase: 'tested', vm: 'TEST_INCOMPLETE' },
    interrupted: { phase: 'testing', vm: 'TEST_INCOMPLETE' },
  },
  cleanup: {
    running: { phase: 'cleaning', vm: 'CLEANUP_IN_PROGRESS' },
    succeeded: { phase: 'idle', vm: 'READY_TO_RECOVER' },
    failed: { phase: 'cleanup-failed', vm: 'CLEANUP_ERROR' },
    cancelled: { phase: 'cleanup-failed', vm: 'CLEANUP_INCOMPLETE' },
    interrupted: { phase: 'cleanup-failed', vm: 'CLEANUP_INCOMPLETE' },
  },
  recovery: {
    running: { phase: 'recovering', vm: 'RECOVERY_IN_PROGRESS' },
    succeeded: { phase: 'recovered', vm: 'RECOVERY_SUCCEEDED' },
    failed: { phase: 'recovery-failed', vm: 'RECOVERY_ERROR' },
    cancelled: { phase: 'recovery-failed', vm: 'RECOVERY_INCOMPLETE' },
    interrupted: { phase: 'recovery-failed', vm: 'RECOVERY_INCOMPLETE' },
  },
  reprotect: {
    running: { phase: 'reprotecting', vm: 'REPROTECT_IN_PROGRESS' },
    succeeded: { phase: 'idle', vm: 'READY_TO_RECOVER' },
    failed: { phase: 'reprotect-failed', vm: 'REPROTECT_ERROR' },
    cancelled: { phase: 'reprotect-failed', vm: 'REPROTECT_INCOMPLETE' },
    interrupted: { phase: 'reprotect-failed', vm: 'REPROTECT_INCOMPLETE' },
  },
};
