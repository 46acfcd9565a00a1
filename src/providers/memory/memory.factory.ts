import type { DriverFactory } from '../provider-driver.js';
import { memoryDescriptor } from './memory.descriptor.js';
import { MemoryDriver } from './memory.driver.js';
import { MemorySettings } from './memory.settings.js';
import { MemoryWorld } from './memory.world.js';

/** One world per site; like a real upstream it outlives the drivers that speak to it. */
const worlds = new Map<string, MemoryWorld>();

export const memory: DriverFactory<MemorySettings> = {
  descriptor: memoryDescriptor,
  settings: MemorySettings,
  create(settings, { siteId, clock }) {
    const world = worlds.get(siteId) ?? new MemoryWorld(clock, settings.workMs);
    worlds.set(siteId, world);
    return new MemoryDriver(siteId, world);
  },
};

/** For tests: the world behind a site, from its first driver on. */
export function memoryWorldOf(siteId: string): MemoryWorld {
  const world = worlds.get(siteId);
  if (!world) throw new RangeError(`no driver was made for the site ${siteId}, so it has no world yet`);
  return world;
}
