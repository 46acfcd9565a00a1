import type { Redis } from 'ioredis';
import { InventoryService } from '../../../src/inventory/inventory.service.js';
import { ModelStore } from '../../../src/inventory/redis-model-store.js';
import { RefreshBells } from '../../../src/inventory/refresh-bells.js';
import { SiteRefresher } from '../../../src/inventory/site-refresher.js';
import { silentLog } from '../../../src/platform/log/log.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import type { Provider } from '../../../src/providers/provider.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { memorySite } from './memory-site.js';
import { TestClock } from './test-clock.js';

export const INTERVAL_MS = 30_000;

/** Rings for nobody, and remembers. */
export class RecordingRefreshBells extends RefreshBells {
  readonly rings: string[] = [];

  ring(siteId: string): Promise<void> {
    this.rings.push(`ring ${siteId}`);
    return Promise.resolve();
  }

  ensure(siteId: string): Promise<void> {
    this.rings.push(`ensure ${siteId}`);
    return Promise.resolve();
  }
}

/** One process's inventory of these sites. */
export function inventoryOf(
  providers: readonly Provider[],
  store: ModelStore,
  clock: TestClock,
  bells = new RecordingRefreshBells(),
): InventoryService {
  const refresher = new SiteRefresher(store, clock, silentLog());
  return new InventoryService(new ProviderRegistry(providers), store, refresher, bells, INTERVAL_MS, clock);
}

/** The inventory of one memory site whose looks are counted. */
export function inventory(
  redis: Redis,
  wrap?: (driver: ProviderDriver) => ProviderDriver,
  clock = new TestClock(),
) {
  const site = memorySite(clock, wrap);
  const bells = new RecordingRefreshBells();
  const store = new ModelStore(redis);
  const refresher = new SiteRefresher(store, clock, silentLog());
  const service = () => inventoryOf([site.provider], new ModelStore(redis), clock, bells);
  const first = service();
  const groups = async (fresh = false, from = first) => {
    const [reading] = await from.protectionGroups(site.siteId, fresh);
    if (!reading) throw new Error('the site is missing');
    return reading;
  };
  const looks = () => site.world.journal.filter(({ what }) => what === 'survey').length;
  const fail = (times = 1) => site.world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE', times });
  return { ...site, clock, bells, store, refresher, service, groups, looks, fail };
}
