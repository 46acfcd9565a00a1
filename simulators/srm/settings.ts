export interface Account {
  username: string;
  password: string;
  /** Plan actions this account has no privilege for: 403 (srm reference 1.8). */
  denied?: string[];
}

/** Every choice the documents leave open (srm reference 9), with the reference's own defaults. */
export interface SrmSettings {
  /** How many plans of one group and one VM the first world has beside the named five. */
  morePlans: number;
  /** How many finished runs the history has in the first world, about one a day. */
  pastRuns: number;
  accounts: Record<'a' | 'b', Account[]>;
  sessionIdleMs: number;
  /** What an operation with contract E answers without the remote session. */
  missingRemoteStatus: 400 | 401 | 403 | 500;
  /** What it answers while the far site is down. */
  remoteDownStatus: 400 | 401 | 403 | 500;
  /** Both sites behind one vCenter: no remote session is needed. */
  robo: boolean;

  taskQueuedMs: number;
  taskRetentionMs: number;
  /** 1 = as long as `durationsMs` says, 0.1 = ten times faster. */
  durationFactor: number;
  durationsMs: Record<'test' | 'cleanup' | 'recovery' | 'reprotect' | 'cancel' | 'other', number>;
  /** How long a new group stays LOADING after its task ended. */
  groupSettleMs: number;

  /** A refused action: 400 at once, or 202 and a task that ends in ERROR. */
  refusalMode: 'http400' | 'taskError';
  /** The server's advanced setting recovery.forceRecovery. */
  forceRecovery: boolean;

  defaultPageSize: number;
  largestPageSize: number;
  /** Every field the document allows to be null is null. */
  nullHeavy: boolean;

  limiter: boolean;
  limiterWindowMs: number;
  addressQuota: number;
  serviceQuota: number;
  sessionQuota: number;
  retryAfter: boolean;
}

export const DEFAULT_SETTINGS: SrmSettings = {
  morePlans: 0,
  pastRuns: 0,
  accounts: {
    a: [{ username: 'administrator@vsphere.local', password: 'demo-password' }],
    b: [{ username: 'administrator@remote.local', password: 'demo-remote-password' }],
  },
  sessionIdleMs: 30 * 60_000,
  missingRemoteStatus: 403,
  remoteDownStatus: 500,
  robo: false,

  taskQueuedMs: 100,
  taskRetentionMs: 15 * 60_000,
  durationFactor: 1,
  durationsMs: {
    test: 40_000,
    cleanup: 20_000,
    recovery: 60_000,
    reprotect: 45_000,
    cancel: 2_000,
    other: 1_000,
  },
  groupSettleMs: 2_000,

  refusalMode: 'http400',
  forceRecovery: true,

  defaultPageSize: 100,
  largestPageSize: 1000,
  nullHeavy: false,

  limiter: false,
  limiterWindowMs: 60_000,
  addressQuota: 100,
  serviceQuota: 1000,
  sessionQuota: 50,
  retryAfter: true,
};
