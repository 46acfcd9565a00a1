/** The times that the long work keeps to. Milliseconds. */
export interface OperationSettings {
  /** Between two looks at a site that has unfinished operations, while they are young. */
  pollIntervalMs: number;
  /** How long an upstream may take to answer a state-changing request. */
  submitTimeoutMs: number;
  /** How long after an ambiguous send absence proves nothing. */
  quarantineMs: number;
  /** From the last look at the target to the first byte of the request. */
  sendDeadlineMs: number;
  /** How long an operation that could not be sent is tried again. */
  startDeadlineMs: number;
  /** How long the resource may disagree with a job that is over. */
  settleMs: number;
  /** Longer than this is overdue: told, never failed for it. */
  overdueMs: number;
  /** Without any movement for this long it is stalled: told, never failed for it. */
  stalledMs: number;
  /** Between two looks for evidence about an UNKNOWN operation, as long as it is young. */
  unknownIntervalMs: number;
  /** For how long it is young, from when it came to be in doubt. */
  unknownYoungMs: number;
  /** Between two looks for evidence about one that is not. */
  unknownOldIntervalMs: number;
}

export function operationSettings(
  given: Pick<OperationSettings, 'pollIntervalMs' | 'submitTimeoutMs' | 'quarantineMs'>,
): OperationSettings {
  return {
    ...given,
    sendDeadlineMs: 5_000,
    startDeadlineMs: 15 * 60_000,
    settleMs: 60_000,
    overdueMs: 45 * 60_000,
    stalledMs: 10 * 60_000,
    unknownIntervalMs: 60_000,
    unknownYoungMs: 24 * 60 * 60_000,
    unknownOldIntervalMs: 10 * 60_000,
  };
}

/** What a step says when it ends; NOTHING = it found nothing to do. */
export type Next = { againInMs: number } | 'DONE' | 'NOTHING';
