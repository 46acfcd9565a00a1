import type { Problem } from '../domain/problem.js';
import type { SiteLook } from '../domain/site-survey.js';
import type { Provider } from '../providers/provider.js';

/** Why a look taught nothing. */
export type MissedBy = 'FAILED' | 'DOUBTED' | 'POSTPONED';

/**
 * Somebody who draws conclusions from what the sites hold. Told by the refresh job of the site, one call at a time per
 * site, after every look that was believed, whichever process looked, and also of lists that were only noticed.
 *
 * `look.before` is what this worker last told successfully to everybody, `null` only at the very first look: nothing
 * that happened between is left out. After a failure the same `before` comes again, with a newer `after`, so whoever
 * concludes does it idempotently. A survey that was put together from several
 * looks is as old as its oldest list.
 */
export interface LookConsumer {
  /** For the log. */
  readonly name: string;
  take(provider: Provider, look: SiteLook): Promise<void>;
  /**
   * Nothing was learnt: the site did not answer (FAILED), what it answered is not believed yet (DOUBTED), or it was not
   * asked (POSTPONED: that says nothing new about the site). Told after every such look of this worker; the next `take` is
   * its end.
   */
  missed?(provider: Provider, why: MissedBy, problem: Problem): Promise<void>;
}

/** Injected into the refresh job: a list of `LookConsumer`, filled in `worker.module.ts`. */
export const LOOK_CONSUMERS = Symbol('look consumers');
