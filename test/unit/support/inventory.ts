import type { Redis } from 'ioredis';
import { InventoryService } from '../../../src/inventory/inventory.service.js';
import { SnapshotStore } from '../../../src/inventory/redis-snapshot-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { memorySite } from './memory-site.js';
import { TestClock } from './test-clock.js';

/** The inventory of one memory site whose reads are counted. */
export function inventory(
  redis: Redis,
  wrap?: (driver: ProviderDriver) => ProviderDriver,
  clock = new TestClock(),
) {
  const site = memorySite(clock, wrap);
  const registry = new ProviderRegistry([site.provider]);
  const service = () => new InventoryService(registry, new SnapshotStore(redis), clock, silentLog());
  const first = service();
  const groups = async (fresh = false, from = first) => {
    const [reading] = await from.protectionGroups(site.siteId, fresh);
    if (!reading) throw new Error('the site is missing');
    return reading;
  };
  const looks = () => site.world.journal.filter(({ what }) => what === 'groups').length;
  const fail = (times = 1) => site.world.troubles.push({ on: 'READ', trouble: 'UNREACHABLE', times });
  return { ...site, clock, service, groups, looks, fail };
}
