import { takenMsOf } from '../inventory/site-model.js';
import type { ModelStore } from '../inventory/redis-model-store.js';
import type { Clock } from '../platform/clock.js';
import type { Metrics, Sample } from '../platform/metrics.js';
import type { Provider } from '../providers/provider.js';
import type { BreakerState } from '../providers/read-breaker.js';
import type { ProviderRegistry } from '../providers/registry.js';

type SiteLabel = 'site' | 'provider';

export interface SiteMeasureParts {
  providers: ProviderRegistry;
  models: ModelStore;
  clock: Clock;
  metrics: Metrics;
  /** How many sites may have figures of their own. */
  mostSites: number;
}

/** Instead of a site's name, where there are too many of them. */
const ALL_SITES = 'all';
const BREAKER_FIGURES: Readonly<Record<BreakerState, number>> = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 };
/** Open, but its pause is over: nobody has asked since, and the next read finds out. */
const PAUSE_IS_OVER = BREAKER_FIGURES.HALF_OPEN;
const READ_AT_ONCE = 100;
const GOOD_FOR_MS = 10_000;

/**
 * How old the data of each site is, and what is left of what it may be asked. A site's name is a label as long as there are few
 * sites; of many, the worst of each provider is told.
 */
export function measureSites({ providers, models, clock, metrics, mostSites }: SiteMeasureParts): void {
  const labelNames = ['site', 'provider'] as const;
  const gauge = (
    name: string,
    help: string,
    worst: (a: number, b: number) => number,
    read: (provider: Provider) => Promise<number | null>,
  ): void => metrics.gauge<SiteLabel>({ name, help, labelNames }, () => overSites(read, worst), GOOD_FOR_MS);

  gauge(
    'drgw_site_data_age_seconds',
    'Age of what is shown of a site: since its oldest list was last read. Absent until a first look succeeded.',
    Math.max,
    async ({ siteId }) => {
      const { times } = await models.head(siteId);
      return times && Math.max(0, clock.now() - takenMsOf(times)) / 1000;
    },
  );
  gauge(
    'drgw_site_failed_looks',
    'Looks at a site that failed in a row; 0 = the last one succeeded.',
    Math.max,
    async ({ siteId }) => (await models.head(siteId)).failure?.times ?? 0,
  );
  gauge(
    'drgw_site_breaker_state',
    'Circuit breaker of the reads of this process: 0 = closed, 1 = half open (one read finds out, or the next one will), 2 = open (not read).',
    Math.max,
    ({ breakerView: { state, probeInMs } }) =>
      Promise.resolve(state === 'OPEN' && probeInMs === 0 ? PAUSE_IS_OVER : BREAKER_FIGURES[state]),
  );
  gauge(
    'drgw_upstream_budget_left_ratio',
    "Part of the upstream's request budget that is left at the site's address: 1 = all, 0 = none.",
    Math.min,
    async (provider) => {
      const use = await provider.budgetUse();
      return use && Math.max(0, 1 - use.used / use.limit);
    },
  );

  async function overSites(
    read: (provider: Provider) => Promise<number | null>,
    worst: (a: number, b: number) => number,
  ): Promise<Sample<SiteLabel>[]> {
    const all = providers.all();
    const found: { site: string; provider: string; value: number }[] = [];
    for (let i = 0; i < all.length; i += READ_AT_ONCE) {
      const some = all.slice(i, i + READ_AT_ONCE).map(async (provider) => {
        const value = await read(provider);
        if (value === null) return;
        found.push({ site: provider.siteId, provider: provider.descriptor.provider, value });
      });
      await Promise.all(some);
    }
    if (all.length <= mostSites) return found.map(({ value, ...labels }) => ({ value, labels }));
    const worsts = new Map<string, number>();
    for (const { provider, value } of found) {
      worsts.set(provider, worst(worsts.get(provider) ?? value, value));
    }
    return [...worsts].map(([provider, value]) => ({ value, labels: { site: ALL_SITES, provider } }));
  }
}
