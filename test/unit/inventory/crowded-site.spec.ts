import { RefreshRounds } from '../../../src/inventory/refresh-rounds.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { LocalAddressCounts } from '../../../src/providers/address-counts.js';
import { inLane } from '../../../src/providers/lanes.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { RequestBudget } from '../../../src/providers/request-budget.js';
import { INTERVAL_MS, inventory } from '../support/inventory.js';
import { changed } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

/** As an SRM appliance has it. */
const LIMITS = {
  address: { requests: 100, windowSeconds: 60 },
  session: { requests: 50, windowSeconds: 60 },
};

/** A site whose looks take three requests of a budget that people use, too. */
function crowded() {
  const clock = new TestClock();
  const parts = { counts: new LocalAddressCounts(clock), clock, pause: null };
  const budget = new RequestBudget('https://appliance.example', LIMITS, parts);
  const counted = (driver: ProviderDriver): ProviderDriver =>
    changed(driver, {
      survey: async (cx) => {
        for (let request = 0; request < 3; request += 1) await budget.take();
        return driver.survey(cx);
      },
    });
  const made = inventory(the.redis, counted, clock);
  const { provider, store, refresher, bells, siteId } = made;
  const registry = new ProviderRegistry([provider]);
  const rounds = new RefreshRounds(registry, store, refresher, bells, [], INTERVAL_MS, clock, silentLog());
  let dueMs = clock.now();
  return {
    ...made,
    /** A second in which somebody asks so much, and the site's job does what is due. */
    second: async (reads: number): Promise<void> => {
      clock.advance(1_000);
      for (let read = 0; read < reads; read += 1) {
        await inLane('INTERACTIVE', () => budget.take()).catch(() => undefined);
      }
      if (clock.now() < dueMs) return;
      const next = await rounds.round(siteId);
      dueMs = clock.now() + (next === 'DONE' ? Infinity : next.againInMs);
    },
  };
}

it.each([1, 5])(
  'a site is looked at every minute, and told FRESH, while people ask %i things a second of it',
  async (reads) => {
    const { second, groups, looks } = crowded();
    let oldest = 0;
    await second(0);
    for (let seconds = 0; seconds < 600; seconds += 1) {
      await second(reads);
      const { source } = await groups();
      expect(source).toMatchObject({ state: 'FRESH', error: null });
      oldest = Math.max(oldest, source.ageSeconds ?? Infinity);
    }
    expect(oldest).toBeLessThanOrEqual(60);
    expect(looks()).toBeGreaterThanOrEqual(10);
  },
);
