import { Redis } from 'ioredis';
import { DoorbellWorkers, type Answerers } from '../../../src/operations/doorbells.processor.js';
import { QueueDoorbells, SUBMISSIONS } from '../../../src/operations/doorbells.queue.js';
import { SystemClock } from '../../../src/platform/clock.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { Canaries } from '../../../src/platform/queue/canaries.queue.js';
import { RingTools } from '../../../src/platform/queue/ring-workers.processor.js';
import { StoreBreaks } from '../../../src/platform/queue/store-breaks.js';
import { WorkerPulse } from '../../../src/platform/queue/worker-pulse.js';
import { CanaryBoard } from '../../../src/platform/redis/canary-board.js';
import { shardOf } from '../../../src/platform/redis/keys.js';
import { StoreReadiness } from '../../../src/platform/redis/readiness.js';

export interface Bells {
  doorbells: QueueDoorbells;
  workers: DoorbellWorkers;
  close: () => Promise<void>;
}

/** The bells of submissions, and one process that answers them once it is started. */
export function bells(
  { redis, url }: { redis: Redis; url: string },
  submission: Answerers['submission'],
): Bells {
  const blocking = new Redis(url, { maxRetriesPerRequest: null });
  const [store, clock, log] = [new StoreReadiness(redis), new SystemClock(), silentLog()];
  const canaries = new Canaries([SUBMISSIONS], redis, log);
  const pulse = new WorkerPulse({ canaries, board: new CanaryBoard(redis), store, clock });
  const tools = new RingTools(() => blocking, clock, log, pulse, new StoreBreaks({ store, log }));
  const doorbells = new QueueDoorbells(redis, log);
  const workers = new DoorbellWorkers({ submission, watch: () => Promise.resolve('DONE') }, tools);
  return {
    doorbells,
    workers,
    close: async () => {
      await workers.close({ sendsMs: 5_000, looksMs: 1_000 });
      await Promise.all([doorbells.close(), canaries.close()]);
      blocking.disconnect();
    },
  };
}

export function siteOf(operationId: string): string {
  return operationId.slice(0, operationId.indexOf('.'));
}

/** Other sites of the same shard: their operations are taken by the same worker. */
export function neighboursOf(siteId: string, count: number): string[] {
  const found: string[] = [];
  for (let i = 0; found.length < count; i += 1) {
    if (shardOf(`neighbour-${i}`) === shardOf(siteId)) found.push(`neighbour-${i}`);
  }
  return found;
}
