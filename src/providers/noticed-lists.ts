import type { SiteSurvey } from '../domain/site-survey.js';
import type { Provider } from './provider.js';

/**
 * Takes the whole lists that a watcher read on its way (`Provider.observe`), so that the inventory is as new as the
 * verdicts that are drawn from them. Whoever reads them hands them over before it writes what it concludes.
 */
export abstract class NoticedLists {
  /** @param takenMs when the reading began, by our clock. Never throws: what was noticed is a gift. */
  abstract take(provider: Provider, takenMs: number, lists: Partial<SiteSurvey>): Promise<void>;
}
