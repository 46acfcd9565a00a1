import { Queue, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Log } from '../log/log.js';
import { throttled } from '../log/throttled.js';
import { SHARDS, shardOf, shardPrefix } from '../redis/keys.js';
import { withinMs } from '../within.js';
import type { RingTurn } from './ring-turn.js';

/** A ring that fails or ends leaves no trace: its id is free for the next one. */
const RING: JobsOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 3,
  backoff: { type: 'exponential', delay: 500 },
};

/** The lower goes first; BullMQ takes those without any before both. */
export const PRIORITIES: Readonly<Record<RingTurn, number>> = { FIRST: 1, IN_TURN: 2 };

/** `queue.add` waits for ever without Redis. A sweep makes up for a ring that was given up. */
const PATIENCE_MS = 3_000;

/** Rings for work on sites: one queue per shard under one name, jobs that carry an id and nothing else. */
export class Rings {
  private readonly queues: readonly Queue[];
  private readonly givenUp: (error: Error) => void;

  constructor(name: string, connection: Redis, log: Log) {
    const trouble = throttled(log, `queue ${name}`);
    this.givenUp = throttled(log, `a ring of ${name} was given up; a sweep will ring`);
    this.queues = SHARDS.map((shard) => {
      const queue = new Queue(name, { connection, prefix: shardPrefix(shard), defaultJobOptions: RING });
      queue.on('error', trouble);
      return queue;
    });
  }

  /**
   * Somebody should see to it now, also where a ring waits for its time. Never throws.
   * @param turn absent = in the order of arrival, without a turn of its own: for queues where nothing is urgent
   */
  ring(siteId: string, id: string, turn?: RingTurn): Promise<void> {
    return this.patiently(this.add(siteId, id, true, turn));
  }

  /** The same, but a ring that waits for its time is left alone. */
  ensure(siteId: string, id: string, turn?: RingTurn): Promise<void> {
    return this.patiently(this.add(siteId, id, false, turn));
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.queues.map((queue) => queue.close()));
  }

  /** A second ring with the same id is ignored by the queue while the first one lives. */
  private async add(siteId: string, id: string, now: boolean, turn?: RingTurn): Promise<void> {
    const options = { jobId: `ring-${id}`, ...(turn && { priority: PRIORITIES[turn] }) };
    const job = await this.queues[shardOf(siteId)]?.add('ring', { id }, options);
    if (now && job && (await job.isDelayed())) await job.promote().catch(() => undefined);
  }

  private async patiently(ringing: Promise<void>): Promise<void> {
    try {
      await withinMs(PATIENCE_MS, ringing);
    } catch (error) {
      this.givenUp(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
