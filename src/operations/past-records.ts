import type { Operation } from '../domain/operation.js';

/** How far the past of a site is taken over. Times in milliseconds since the epoch. */
export interface PastProgress {
  /** Runs that began before are older than the history is kept for. */
  fromMs: number;
  /** Only what had ended by then is taken over. */
  untilMs: number;
  /** Where to go on; null = at the beginning. */
  next: string | null;
  pages: number;
  /** How many are operations now. */
  imported: number;
  /** Runs that could not be understood. */
  leftOut: number;
  /** When the oldest run began that the site told of; null = none yet. */
  oldestMs: number | null;
  /** null = there is more. */
  finishedMs: number | null;
  /** Why it could not go on the last time, and how often in a row. */
  trouble: string | null;
  failures: number;
  /** It is not tried again before. */
  notBeforeMs: number;
}

/** Keeps what was taken over from the histories of sites, and how far that is. */
export abstract class PastRecords {
  /** null = it has not begun. */
  abstract progress(siteId: string): Promise<PastProgress | null>;

  /** Begins, or begins anew with another end. */
  abstract begin(siteId: string, untilMs: number, fromMs: number): Promise<PastProgress>;

  /**
   * Writes an ended operation, its one event and its indexes, and counts it, in one atomic step. It takes no locks, and
   * is nobody's last holder. False = it is there. Throws `StoreGuardedError`.
   * @param now time of the event, RFC 3339
   */
  abstract record(operation: Operation, text: string, now: string): Promise<boolean>;

  /** Whatever stood in the way is over. */
  abstract noteProgress(
    siteId: string,
    progress: Pick<PastProgress, 'next' | 'pages' | 'oldestMs' | 'leftOut' | 'finishedMs'>,
  ): Promise<void>;

  abstract noteTrouble(siteId: string, trouble: string, notBeforeMs: number): Promise<void>;
}
