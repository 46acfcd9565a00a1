import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Log } from '../log/log.js';
import { throttled } from '../log/throttled.js';
import { SHARDS, shardPrefix } from '../redis/keys.js';

/** WAITING: could be answered now. DELAYED: waits for its time. ACTIVE: is being answered. */
export type JobPlace = 'WAITING' | 'ACTIVE' | 'DELAYED';

export interface QueueDepth {
  queue: string;
  place: JobPlace;
  jobs: number;
}

/** How many jobs are in the queues, over all shards. Makes its queues when it is first asked. */
export class QueueDepths {
  private queues: readonly { name: string; queue: Queue }[] | null = null;

  constructor(
    private readonly names: readonly string[],
    private readonly connection: Redis,
    private readonly log: Log,
  ) {}

  async read(): Promise<QueueDepth[]> {
    this.queues ??= this.open();
    const counts = await Promise.all(
      this.queues.map(async ({ name, queue }) => ({
        name,
        jobs: await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed'),
      })),
    );
    return this.names.flatMap((queue) => {
      const sum = (...types: string[]): number =>
        counts
          .filter(({ name }) => name === queue)
          .reduce((total, { jobs }) => total + types.reduce((of, type) => of + (jobs[type] ?? 0), 0), 0);
      return [
        { queue, place: 'WAITING', jobs: sum('waiting', 'prioritized') },
        { queue, place: 'ACTIVE', jobs: sum('active') },
        { queue, place: 'DELAYED', jobs: sum('delayed') },
      ] as const;
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled((this.queues ?? []).map(({ queue }) => queue.close()));
  }

  private open(): { name: string; queue: Queue }[] {
    const trouble = throttled(this.log, 'queue depths');
    return this.names.flatMap((name) =>
      SHARDS.map((shard) => {
        const queue = new Queue(name, {
          connection: this.connection,
          prefix: shardPrefix(shard),
          skipVersionCheck: true,
        });
        queue.on('error', trouble);
        return { name, queue };
      }),
    );
  }
}
