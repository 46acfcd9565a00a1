import { DelayedError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.js';
import type { Log } from '../log/log.js';
import { throttled } from '../log/throttled.js';
import { SHARDS, shardPrefix } from '../redis/keys.js';
import { withinMs } from '../within.js';

/** What a step says when it ends; NOTHING = it found nothing to do. */
export type Next = { againInMs: number } | 'DONE' | 'NOTHING';

/** Who works for a queue. */
export interface RingWork {
  name: string;
  /** Steps at the same time, per shard and process. */
  atOnce: number;
  answer(id: string): Promise<Next>;
}

/**
 * A step is taken over from a killed worker once its lock has run out and two checks have seen that: within 10 s. A step
 * that outlives its lock goes on beside the one that took it over: every step has its own fence.
 */
const TAKEOVER = { lockDuration: 6_000, stalledInterval: 2_000, maxStalledCount: 1_000_000 };
/** BullMQ waits for 15 s after it missed Redis. */
const AFTER_TROUBLE_MS = 500;
const READY_WITHIN_MS = 30_000;
const CLOSING_TAKES_MS = 3_000;
/** Without Redis, closing would wait for ever. */
const WITHOUT_REDIS_MS = 500;

/**
 * Answers rings, one worker per shard. A step that wants to go on later hands its job back with a delay: no slot,
 * lock or worker is held between two steps. BullMQ's own verdict on a job means nothing here.
 */
export class RingWorkers {
  private workers: Worker[] = [];
  private readonly steps = new Set<Promise<Next>>();
  private readonly trouble: (error: Error) => void;
  private readonly stepFailed: (error: Error) => void;

  constructor(
    private readonly work: RingWork,
    private readonly connection: Redis,
    private readonly clock: Clock,
    log: Log,
  ) {
    this.trouble = throttled(log, `worker ${work.name}`);
    this.stepFailed = throttled(log, `a step of ${work.name} failed`);
  }

  start(): void {
    this.workers = SHARDS.map((shard) => this.worker(shard));
  }

  async ready(): Promise<void> {
    const ready = Promise.all(this.workers.map((worker) => worker.waitUntilReady()));
    await withinMs(READY_WITHIN_MS, ready);
  }

  /** Begins nothing more, and lets steps in progress end, whether or not Redis is there. Whether all of them did. */
  async close(limitMs: number): Promise<boolean> {
    await Promise.all(this.workers.map((worker) => worker.pause(true)));
    const idle = await withinMs(limitMs, this.idle()).then(
      () => true,
      () => false,
    );
    const patience = this.connection.status === 'ready' ? CLOSING_TAKES_MS : WITHOUT_REDIS_MS;
    await withinMs(patience, Promise.all(this.workers.map((worker) => worker.close()))).catch(this.trouble);
    return idle;
  }

  private async idle(): Promise<void> {
    while (this.steps.size > 0) await Promise.allSettled(this.steps);
  }

  private worker(shard: number): Worker {
    const worker = new Worker<{ id: string }>(this.work.name, (job, token) => this.step(job, token), {
      connection: this.connection,
      prefix: shardPrefix(shard),
      concurrency: this.work.atOnce,
      runRetryDelay: AFTER_TROUBLE_MS,
      ...TAKEOVER,
    });
    worker.on('error', this.trouble);
    worker.on('failed', (_job, error) => this.stepFailed(error));
    return worker;
  }

  private async step(job: Job<{ id: string }>, token?: string): Promise<void> {
    const answering = this.work.answer(job.data.id);
    this.steps.add(answering);
    const next = await answering.finally(() => this.steps.delete(answering));
    if (next === 'DONE' || next === 'NOTHING') return;
    await job.moveToDelayed(this.clock.now() + Math.max(1, Math.ceil(next.againInMs)), token);
    throw new DelayedError();
  }
}
