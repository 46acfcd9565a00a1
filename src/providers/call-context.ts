import type { SiteSurvey } from '../domain/site-survey.js';

/** What every call to an upstream is given. */
export interface CallContext {
  /** Aborts the call; what is in flight is dropped. */
  readonly signal: AbortSignal;
  /**
   * Told of whole lists that were read on the way to something else: they keep the inventory fresh at no cost.
   * Absent = nobody wants to know.
   */
  readonly noticed?: (lists: Partial<SiteSurvey>) => void;
}
