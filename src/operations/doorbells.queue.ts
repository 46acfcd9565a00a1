import { Queue, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Log } from '../platform/log/log.js';
import { SHARDS, shardOf, shardPrefix } from '../platform/redis/keys.js';
import { throttled } from '../platform/redis/connection.js';
import { Doorbells } from './doorbells.js';
import { siteOfOperation } from './operation-id.js';

export const SUBMISSIONS = 'submissions';
export const WATCHES = 'watches';

/** A ring that fails or ends leaves no trace: its id is free for the next one. */
const RING: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 3,
  backoff: { type: 'exponential', delay: 500 },
};

/** `queue.add` waits for ever without Redis. The sweeper makes up for a ring that was given up. */
const PATIENCE_MS = 3_000;

export class QueueDoorbells extends Doorbells {
  private readonly submissions: readonly Queue[];
  private readonly watches: readonly Queue[];

  constructor(
    connection: Redis,
    private readonly log: Log,
  ) {
    super();
    const queuesNamed = (name: string): Queue[] =>
      SHARDS.map((shard) => {
        const queue = new Queue(name, {
          connection,
          prefix: shardPrefix(shard),
          defaultJobOptions: RING,
        });
        queue.on('error', throttled(log, `queue ${name}`));
        return queue;
      });
    this.submissions = queuesNamed(SUBMISSIONS);
    this.watches = queuesNamed(WATCHES);
  }

  ringSubmission(operationId: string): Promise<void> {
    return this.ring(this.submissions, siteOfOperation(operationId) ?? '', operationId, true);
  }

  ringWatch(siteId: string): Promise<void> {
    return this.ring(this.watches, siteId, siteId, true);
  }

  ensureSubmission(operationId: string): Promise<void> {
    return this.ring(this.submissions, siteOfOperation(operationId) ?? '', operationId, false);
  }

  ensureWatch(siteId: string): Promise<void> {
    return this.ring(this.watches, siteId, siteId, false);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.submissions, ...this.watches].map((queue) => queue.close()));
  }

  /** A second ring with the same id is ignored by the queue while the first one lives. */
  private async ring(queues: readonly Queue[], siteId: string, id: string, now: boolean): Promise<void> {
    const queue = queues[shardOf(siteId)];
    const jobId = `ring-${id}`;
    await this.patiently(async () => {
      const job = await queue?.add('ring', { id }, { jobId });
      if (now && job && (await job.isDelayed())) await job.promote().catch(() => undefined);
    });
  }

  private async patiently(ring: () => Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tired = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the queue did not answer')), PATIENCE_MS);
    });
    try {
      await Promise.race([ring(), tired]);
    } catch (error) {
      this.log.warn(
        { reason: error instanceof Error ? error.message : 'unknown' },
        'a ring was given up; the sweeper will ring',
      );
    } finally {
      clearTimeout(timer);
    }
  }
}
