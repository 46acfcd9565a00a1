import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { newOperationId } from '../../src/operations/operation-id.js';
import { OperationsService } from '../../src/operations/operations.service.js';
import { RedisOperationStore } from '../../src/operations/redis-operation-store.js';
import { SystemClock } from '../../src/platform/clock.js';
import { ProviderRegistry } from '../../src/providers/registry.js';
import { RecordingDoorbells } from '../unit/support/recording-doorbells.js';
import { commands, emptyBooks, type Stores } from './store-commands.js';

/**
 * Commands by chance against the store that ships, in two processes' connections, held against plain books: at least so many.
 * Throws with seed and path of what failed; `seed` alone repeats a run.
 */
export async function runCommands(
  redis: readonly [Redis, Redis],
  wanted: number,
  seed: number,
): Promise<{ commands: number; runs: number }> {
  const clock = new SystemClock();
  const stores = [
    new RedisOperationStore(redis[0], clock),
    new RedisOperationStore(redis[1], clock),
  ] as const;
  const services = stores.map(
    (store) => new OperationsService(store, new ProviderRegistry([]), new RecordingDoorbells(), clock),
  ) as [OperationsService, OperationsService];
  let carriedOut = 0;
  let runs = 0;
  for (let round = 0; carriedOut < wanted; round += 1) {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 120, size: 'max' }), async (some) => {
        runs += 1;
        const siteId = `p${seed.toString(36)}-${round}-${runs}`.slice(0, 32);
        const real: Stores = {
          siteId,
          stores,
          services,
          newId: () => newOperationId(siteId),
          count: () => void (carriedOut += 1),
        };
        await fc.asyncModelRun(() => ({ model: emptyBooks(), real }), some);
      }),
      { seed: seed + round, numRuns: 10, endOnFailure: true },
    );
  }
  return { commands: carriedOut, runs };
}
