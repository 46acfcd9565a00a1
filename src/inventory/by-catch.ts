import type { SiteSurvey } from '../domain/site-survey.js';
import type { Log } from '../platform/log/log.js';
import { NoticedLists } from '../providers/noticed-lists.js';
import type { Provider } from '../providers/provider.js';
import type { RefreshBells } from './refresh-bells.js';
import type { SiteRefresher } from './site-refresher.js';

/** Lists that a watcher read anyhow keep the inventory fresh at no cost; who draws conclusions is rung for. */
export class ByCatch extends NoticedLists {
  constructor(
    private readonly refresher: SiteRefresher,
    private readonly bells: RefreshBells,
    private readonly log: Log,
  ) {
    super();
  }

  async take(provider: Provider, takenMs: number, lists: Partial<SiteSurvey>): Promise<void> {
    try {
      if (await this.refresher.notice(provider, takenMs, lists)) await this.bells.ring(provider.siteId);
    } catch (error) {
      const reason = error instanceof Error ? error.message.slice(0, 200) : 'unknown';
      this.log.warn({ siteId: provider.siteId, reason }, 'what was noticed could not be kept');
    }
  }
}
