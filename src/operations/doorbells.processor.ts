import { setTimeout as pause } from 'node:timers/promises';
import { DelayedError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/redis/connection.js';
import { SHARDS, shardPrefix } from '../platform/redis/keys.js';
import { SUBMISSIONS, WATCHES } from './doorbells.queue.js';
import type { Next } from './settings.js';

export interface Answerers {
  submission(operationId: string): Promise<Next>;
  watch(siteId: string): Promise<Next>;
}

/**
 * Answers the bells. A step that wants to go on later hands its job back with a delay: no slot, lock or worker
 * is held between two steps. BullMQ's own verdict on a job means nothing here.
 */
export class DoorbellWorkers {
  private workers: Worker[] = [];

  constructor(
    private readonly connection: Redis,
    private readonly answerers: Answerers,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  start(): void {
    for (const shard of SHARDS) {
      this.workers.push(
        this.worker(SUBMISSIONS, shard, 16, (id) => this.answerers.submission(id)),
        this.worker(WATCHES, shard, 8, (id) => this.answerers.watch(id)),
      );
    }
  }

  async ready(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.waitUntilReady()));
  }

  /** Lets steps in progress end, within the limit; without Redis, closing would wait for ever. */
  async close(limitMs: number): Promise<void> {
    const closed = Promise.allSettled(this.workers.map((worker) => worker.close()));
    const patience = this.connection.status === 'ready' ? limitMs : 1_000;
    await Promise.race([closed, pause(patience, undefined, { ref: false })]);
  }

  private worker(
    name: string,
    shard: number,
    concurrency: number,
    answer: (id: string) => Promise<Next>,
  ): Worker {
    const worker = new Worker<{ id: string }>(
      name,
      async (job: Job<{ id: string }>, token?: string) => {
        const next = await answer(job.data.id);
        if (next === 'DONE' || next === 'NOTHING') return;
        await job.moveToDelayed(this.clock.now() + Math.max(1, Math.ceil(next.againInMs)), token);
        throw new DelayedError();
      },
      {
        connection: this.connection,
        prefix: shardPrefix(shard),
        concurrency,
        // A killed worker's job is taken over within lockDuration + 2 × stalledInterval; a crash is no verdict.
        lockDuration: 10_000,
        stalledInterval: 5_000,
        maxStalledCount: 1_000_000,
      },
    );
    worker.on('error', throttled(this.log, `worker ${name}`));
    worker.on('failed', (job, error) =>
      this.log.warn({ queue: name, id: job?.data.id }, `a step failed: ${error.message.slice(0, 300)}`),
    );
    return worker;
  }
}
