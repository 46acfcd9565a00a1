import type { World } from './world.js';

/**
 * As `reset`, for worlds whose worker looks often (INVENTORY_REFRESH_MS): no look that is under way carries what it saw
 * of the world before into the new one.
 */
export async function settledReset(
  world: World,
  settings: Parameters<World['reset']>[0] = {},
): Promise<void> {
  await world.killWorkers();
  await world.reset(settings);
  await world.startWorker();
}
