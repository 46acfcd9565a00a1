import { silentLog } from '../../../src/platform/log/log.js';
import { memory, memoryWorldOf } from '../../../src/providers/memory/memory.factory.js';
import type { MemoryWorld } from '../../../src/providers/memory/memory.world.js';
import { SiteMemory, type ProviderDriver } from '../../../src/providers/provider-driver.js';
import { Provider } from '../../../src/providers/provider.js';
import type { TestClock } from './test-clock.js';

export const WORK_MS = 30_000;

/** Remembers nothing: the memory driver has no use for it. */
class NoMemory extends SiteMemory {
  rememberFirst(_siteId: string, entries: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    return Promise.resolve({ ...entries });
  }
}

export interface MemorySite {
  siteId: string;
  provider: Provider;
  world: MemoryWorld;
}

let sites = 0;

/** A site with a world of its own. `wrap` may put something between the driver and the house. */
export function memorySite(
  clock: TestClock,
  wrap: (driver: ProviderDriver) => ProviderDriver = (driver) => driver,
): MemorySite {
  const siteId = `site-${(sites += 1)}`;
  const driver = memory.create(
    { workMs: WORK_MS },
    { siteId, clock, log: silentLog(), submitTimeoutMs: 30_000, memory: new NoMemory() },
  );
  const provider = new Provider(wrap(driver), { siteId, siteName: 'A site', readTimeoutMs: 15_000 });
  return { siteId, provider, world: memoryWorldOf(siteId) };
}

/** The driver with some of its methods replaced. */
export function changed(driver: ProviderDriver, changes: Partial<ProviderDriver>): ProviderDriver {
  const replaced: ReadonlyMap<PropertyKey, unknown> = new Map(Object.entries(changes));
  return new Proxy(driver, {
    get(target, name) {
      if (replaced.has(name)) return replaced.get(name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
