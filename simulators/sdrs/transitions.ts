/**
 * The status machines of sections 4.1 to 4.4, as data: one row per operation.
 *
 * `ok` and `fail` name the status after the job: a word, or 'gone' (the resource vanishes), 'previous'
 * (as before, unless that was itself an error the operation has now mended) or 'as-group'.
 */
export type ResourceKind = 'group' | 'instance' | 'pair' | 'drill';

export type Condition =
  | 'no-native-deletion'
  | 'settled-members'
  | 'pairs'
  | 'sync-finished'
  | 'link-up'
  | 'production-stopped'
  | 'standby-stopped';

export interface Operation {
  resource: ResourceKind;
  /** Statuses the resource must be in; null where the operation creates it. */
  from: readonly string[] | null;
  during: string | null;
  ok: string;
  fail: string;
  /** The SDRS code of the refusal in any other status (6.5). */
  refusal: string;
  /** The SDRS code of the job when it fails. */
  failure: string;
  jobType: string;
  failureStatus: string;
  seconds: readonly [low: number, high: number];
}

/** A group action is also known by its word on the wire; `start-server-group` has two readings. */
export interface GroupAction extends Operation {
  wire: string;
  subJobType: string;
  conditions: readonly Condition[];
  /** Statuses in which a refused `start-server-group` is worded as this action's refusal. */
  refusesFor?: readonly string[];
}

export const GROUP_TRANSITIONAL = [
  'creating',
  'deleting',
  'starting',
  'reprotecting',
  'stopping',
  'reversing',
  'failing-over',
] as const;

export const GROUP_ACTIONS = {
  enable: {
    wire: 'start-server-group',
    resource: 'group',
    from: ['available', 'error-starting'],
    during: 'starting',
    ok: 'protected',
    fail: 'error-starting',
    conditions: ['no-native-deletion', 'pairs', 'settled-members'],
    refusal: '1020',
    failure: '1027',
    jobType: 'startProtectionGroupNoCG',
    subJobType: 'startProtectionGroupRepNoCG',
    failureStatus: 'startFail',
    seconds: [8, 20],
  },
  reprotect: {
    wire: 'start-server-group',
    resource: 'group',
    from: ['failed-over', 'error-reprotecting'],
    during: 'reprotecting',
    ok: 'protected',
    fail: 'error-reprotecting',
    conditions: ['no-native-deletion', 'pairs', 'settled-members', 'standby-stopped'],
    refusal: '1021',
    refusesFor: ['error-failing-over'],
    failure: '1032',
    jobType: 'reprotectProtectionGroupNoCG',
    subJobType: 'reprotectProtectionGroupRepNoCG',
    failureStatus: 'reprotectFail',
    seconds: [8, 20],
  },
  stop: {
    wire: 'stop-server-group',
    resource: 'group',
    from: ['protected', 'error-stopping'],
    during: 'stopping',
    ok: 'available',
    fail: 'error-stopping',
    conditions: ['no-native-deletion', 'pairs', 'settled-members', 'sync-finished'],
    refusal: '1019',
    failure: '1028',
    jobType: 'stopProtectionGroupNoCG',
    subJobType: 'stopProtectionGroupRepNoCG',
    failureStatus: 'stopFail',
    seconds: [8, 20],
  },
  failover: {
    wire: 'failover-server-group',
    resource: 'group',
    from: ['protected', 'error-failing-over', 'error-reversing'],
    during: 'failing-over',
    ok: 'failed-over',
    fail: 'error-failing-over',
    conditions: ['no-native-deletion', 'pairs', 'settled-members', 'link-up'],
    refusal: '1022',
    failure: '1030',
    jobType: 'failoverProtectionGroupNoCG',
    subJobType: 'failoverProtectionGroupRepNoCG',
    failureStatus: 'failoverFail',
    seconds: [30, 120],
  },
  reverse: {
    wire: 'reverse-server-group',
    resource: 'group',
    from: ['protected', 'error-reversing'],
    during: 'reversing',
    ok: 'protected',
    fail: 'error-reversing',
    conditions: ['no-native-deletion', 'pairs', 'settled-members', 'production-stopped'],
    refusal: '1023',
    failure: '1029',
    jobType: 'reverseProtectionGroupNoCG',
    subJobType: 'reverseProtectionGroupRepNoCG',
    failureStatus: 'reverseFail',
    seconds: [30, 120],
  },
} as const satisfies Record<string, GroupAction>;

export type GroupActionName = keyof typeof GROUP_ACTIONS;

export const GROUP_STABLE = [
  'available',
  'protected',
  'failed-over',
  'error',
  'error-starting',
  'error-reprotecting',
  'error-stopping',
  'error-reversing',
  'error-failing-over',
  'error-deleting',
] as const;

/** Statuses in which instances and pairs may be deleted and detached (4.2, 4.3), before each row's own additions. */
export const REMOVABLE = [
  'available',
  'protected',
  'failed-over',
  'error-starting',
  'error-stopping',
  'error-reversing',
  'error-failing-over',
  'error-deleting',
  'error-reprotecting',
  'invalid',
  'fault',
] as const;

/** Which statuses of the group allow an operation inside it (4.1, lower rows). */
export const GROUP_STATUSES_FOR = {
  change: ['available', 'protected'],
  detach: [
    'available',
    'protected',
    'failed-over',
    'error-starting',
    'error-stopping',
    'error-reversing',
    'error-failing-over',
  ],
  deletePair: [
    'available',
    'protected',
    'failed-over',
    'error-starting',
    'error-stopping',
    'error-reversing',
    'error-failing-over',
    'error-deleting',
    'error-reprotecting',
  ],
  deleteInstance: GROUP_STABLE,
  drill: [
    'available',
    'protected',
    'failed-over',
    'error-starting',
    'error-stopping',
    'error-reversing',
    'error-reprotecting',
    'error-failing-over',
  ],
} as const satisfies Record<string, readonly string[]>;
