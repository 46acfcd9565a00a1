/**
 * Stands between the store and everything that is promised or sent upon what it says. It is closed from the moment in
 * which the store may have lost something (it was restarted, replaced, emptied, rolled back, or was merely out of sight)
 * until the open operations were compared with the journals, and rebuilt.
 */
export abstract class StoreGuard {
  /**
   * What accepting needs, and every send. Throws `StoreGuardedError` while it is closed.
   * @param siteId for a send: also closed for a site that was not looked at since the store lost something
   */
  abstract pass(siteId?: string): GuardPass;

  abstract report(): Promise<GuardReport>;

  /** A script has refused the token of a pass: whoever keeps the guard looks again at once. */
  refused(): void {
    // Nobody keeps a guard that is always open.
  }
}

/** Good for one promise or one send; taken before the first look, shown again before the write. */
export interface GuardPass {
  /** The store has it under the guard's key of every shard; scripts that promise something refuse any other. */
  readonly token: string;
  /** Throws `StoreGuardedError` if the guard has been closed since, be it for a moment. Synchronous: for the tick of the write. */
  check(): void;
}

export class StoreGuardedError extends Error {
  constructor(
    message: string,
    readonly retryAfterMs = 1_000,
  ) {
    super(message);
    this.name = 'StoreGuardedError';
  }
}

/** HOLDING: observed only, until what was lost is rebuilt. */
export const GUARD_STATES = ['OPEN', 'HOLDING'] as const;
export type GuardState = (typeof GUARD_STATES)[number];

/**
 * - `NEW_STORE`: the store is new to everybody.
 * - `OTHER_SERVER`: it was restarted, or a replica took over.
 * - `OTHER_STORE`: the guard's own key is gone, or another's: the store was emptied or replaced.
 */
export const GUARD_REASONS = ['NEW_STORE', 'OTHER_SERVER', 'OTHER_STORE'] as const;
export type GuardReason = (typeof GUARD_REASONS)[number];

export const GUARD_DIFFERENCES = ['RESTORED', 'DOUBTED', 'CONFLICT'] as const;

export interface GuardReport {
  state: GuardState;
  reason: GuardReason | null;
  sinceTime: string | null;
  /** What it is still waiting for, in sentences. */
  waitingFor: string[];
  /** What differed between the journals and the store the last time that they were compared, newest first; bounded. */
  differences: GuardDifference[];
}

export interface GuardDifference {
  operationId: string;
  siteId: string;
  seenTime: string;
  journal: { version: number; state: string } | null;
  store: { version: number; state: string } | null;
  /**
   * RESTORED: the journal's record was written back. DOUBTED: no journal knows it, so that a person must decide.
   * CONFLICT: another operation holds its groups by now.
   */
  done: (typeof GUARD_DIFFERENCES)[number];
  text: string;
}
