import { ModelStore } from '../../../src/inventory/redis-model-store.js';
import { grown } from '../../../src/inventory/site-model.js';
import { Metrics } from '../../../src/platform/metrics.js';
import { problem } from '../../../src/domain/problem.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { measureSites } from '../../../src/telemetry/site-measures.js';
import { Scrape } from '../../support/prometheus.js';
import { memorySite } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

/** Three sites of one provider: two were looked at, at different times; the third never was. */
async function threeSites(mostSites: number) {
  const clock = new TestClock();
  const sites = [memorySite(clock), memorySite(clock), memorySite(clock)];
  const models = new ModelStore(the.redis);
  const metrics = new Metrics();
  const providers = new ProviderRegistry(sites.map(({ provider }) => provider));
  measureSites({ providers, models, clock, metrics, mostSites });
  const [a = '', b = '', c = ''] = sites.map(({ siteId }) => siteId);
  for (const siteId of [a, b]) {
    const look = { groups: [], plans: [], drills: [], runs: [] };
    await models.keep(siteId, null, grown(null, look, clock.now()), true);
    clock.advance(20_000);
  }
  const failure = {
    atMs: clock.now(),
    problem: problem('upstream-unavailable', 'It is down.'),
    times: 4,
    retryAfterMs: null,
  };
  await models.noteFailure(c, failure);
  const scrape = new Scrape(await metrics.text());
  return { scrape, a, b, c };
}

describe('the figures of sites', () => {
  it('are told of each, as long as there are few', async () => {
    const { scrape, a, b, c } = await threeSites(3);
    const age = 'drgw_site_data_age_seconds';
    expect([a, b, c].map((site) => scrape.sum(age, { site, provider: 'memory' }))).toEqual([40, 20, null]);
    expect([a, b, c].map((site) => scrape.sum('drgw_site_failed_looks', { site }))).toEqual([0, 0, 4]);
  });

  it('are those of the worst one, where there are more than may have their own', async () => {
    const { scrape } = await threeSites(2);
    expect(scrape.values.filter(({ name }) => name.startsWith('drgw_site_'))).toEqual([
      { name: 'drgw_site_data_age_seconds', labels: { site: 'all', provider: 'memory' }, value: 40 },
      { name: 'drgw_site_failed_looks', labels: { site: 'all', provider: 'memory' }, value: 4 },
      { name: 'drgw_site_breaker_state', labels: { site: 'all', provider: 'memory' }, value: 0 },
    ]);
  });

  it('tell of a site that is not read, until the next read would find out', async () => {
    const site = memorySite(new TestClock());
    const figures: (number | null)[] = [];
    for (const probeInMs of [1, 0]) {
      Object.defineProperty(site.provider, 'breakerView', {
        value: { state: 'OPEN', probeInMs },
        configurable: true,
      });
      const metrics = new Metrics();
      const providers = new ProviderRegistry([site.provider]);
      measureSites({
        providers,
        models: new ModelStore(the.redis),
        clock: new TestClock(),
        metrics,
        mostSites: 3,
      });
      figures.push(new Scrape(await metrics.text()).sum('drgw_site_breaker_state', { site: site.siteId }));
    }
    expect(figures).toEqual([2, 1]);
  });
});
