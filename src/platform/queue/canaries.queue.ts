import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Log } from '../log/log.js';
import { throttled } from '../log/throttled.js';
import { SHARDS, shardPrefix } from '../redis/keys.js';
import { withinMs } from '../within.js';
import { placeOf } from './queue-place.js';

/** The name of such a job; what it carries is its mark. */
export const CANARY = 'canary';

const PATIENCE_MS = 3_000;

/** Puts a canary into every queue of every shard: a job that does nothing, and is heard wherever it is answered. */
export class Canaries {
  private readonly queues: readonly { place: string; queue: Queue }[];
  private readonly trouble: (error: Error) => void;
  private readonly singer = randomUUID();
  private sung = 0;

  constructor(names: readonly string[], connection: Redis, log: Log) {
    this.trouble = throttled(log, 'canaries');
    this.queues = names.flatMap((name) =>
      SHARDS.map((shard) => {
        const queue = new Queue(name, { connection, prefix: shardPrefix(shard) });
        queue.on('error', this.trouble);
        return { place: placeOf(name, shard), queue };
      }),
    );
  }

  /** Before what waits: a queue that is long is not dead. Answers the places that took it; never throws. */
  async sing(): Promise<string[]> {
    const mark = `${this.singer}-${(this.sung += 1)}`;
    const options = { jobId: `${CANARY}-${mark}`, lifo: true, removeOnComplete: true, removeOnFail: true };
    const taken = this.queues.map(async ({ place, queue }) => {
      try {
        await withinMs(PATIENCE_MS, queue.add(CANARY, { id: mark }, options));
        return [place];
      } catch (error) {
        this.trouble(error instanceof Error ? error : new Error(String(error)));
        return [];
      }
    });
    return (await Promise.all(taken)).flat();
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.queues.map(({ queue }) => queue.close()));
  }
}
