import { setTimeout as pause } from 'node:timers/promises';
import { DelayedError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.js';
import type { Log } from '../log/log.js';
import { throttled } from '../redis/connection.js';
import { SHARDS, shardPrefix } from '../redis/keys.js';

/** What a step says when it ends. */
export type Next = { againInMs: number } | 'DONE';

/**
 * Answers rings, one worker per shard. A step that wants to go on later hands its job back with a delay: no slot,
 * lock or worker is held between two steps. BullMQ's own verdict on a job means nothing here.
 */
export class RingWorkers {
  private workers: Worker[] = [];

  constructor(
    private readonly name: string,
    private readonly concurrency: number,
    private readonly answer: (id: string) => Promise<Next>,
    private readonly connection: Redis,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  start(): void {
    this.workers = SHARDS.map((shard) => this.worker(shard));
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

  private worker(shard: number): Worker {
    const worker = new Worker<{ id: string }>(
      this.name,
      async (job: Job<{ id: string }>, token?: string) => {
        const next = await this.answer(job.data.id);
        if (next === 'DONE') return;
        await job.moveToDelayed(this.clock.now() + Math.max(1, Math.ceil(next.againInMs)), token);
        throw new DelayedError();
      },
      {
        connection: this.connection,
        prefix: shardPrefix(shard),
        concurrency: this.concurrency,
        // A killed worker's job is taken over within lockDuration + 2 × stalledInterval; a crash is no verdict.
        lockDuration: 10_000,
        stalledInterval: 5_000,
        maxStalledCount: 1_000_000,
      },
    );
    worker.on('error', throttled(this.log, `worker ${this.name}`));
    worker.on('failed', (job, error) =>
      this.log.warn({ queue: this.name, id: job?.data.id }, `a step failed: ${error.message.slice(0, 300)}`),
    );
    return worker;
  }
}
