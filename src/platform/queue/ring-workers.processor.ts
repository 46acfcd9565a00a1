import { DelayedError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.js';
import type { Log } from '../log/log.js';
import { throttled } from '../log/throttled.js';
import { SHARDS, shardPrefix } from '../redis/keys.js';
import { isRedisTrouble, isStoreRefusal } from '../redis/trouble.js';
import { withinMs } from '../within.js';
import { CANARY } from './canaries.queue.js';
import { placeOf } from './queue-place.js';
import type { RingTurn } from './ring-turn.js';
import { PRIORITIES } from './rings.queue.js';
import type { Breaking, StoreBreaks } from './store-breaks.js';
import type { WorkerPulse } from './worker-pulse.js';

/** What a step says when it ends; NOTHING = it found nothing to do. */
export type Next = { againInMs: number } | 'DONE' | 'NOTHING';

/** Who works for a queue. */
export interface RingWork {
  name: string;
  /** Steps at the same time, per shard and process. */
  atOnce: number;
  answer(id: string, turn: RingTurn): Promise<Next>;
}

/** What all queues of a process have in common. */
export class RingTools {
  constructor(
    /** Waits for ever. */
    readonly connectionOf: (shard: number) => Redis,
    readonly clock: Clock,
    readonly log: Log,
    readonly pulse: WorkerPulse,
    readonly breaks: StoreBreaks,
  ) {}
}

/**
 * A step is taken over from a killed worker once its lock has run out and two checks have seen that: within 10 s. A step
 * that outlives its lock goes on beside the one that took it over: every step has its own fence.
 */
const TAKEOVER = { lockDuration: 6_000, stalledInterval: 2_000, maxStalledCount: 1_000_000 };
/** BullMQ waits for 15 s after it missed Redis. */
const AFTER_TROUBLE_MS = 500;
const HANDED_BACK: Next = { againInMs: 1 };
const AFTER_TROUBLE: Next = { againInMs: AFTER_TROUBLE_MS };
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
  private isClosing = false;
  private readonly steps = new Set<Promise<Next>>();
  private readonly trouble: (error: Error) => void;
  private readonly stepFailed: (error: Error) => void;

  constructor(
    private readonly work: RingWork,
    private readonly tools: RingTools,
  ) {
    const tellTrouble = throttled(tools.log, `worker ${work.name}`);
    const tellFailure = throttled(tools.log, `a step of ${work.name} failed`);
    this.trouble = (error) => {
      tellTrouble(error);
      tools.breaks.notice(error);
    };
    this.stepFailed = (error) => {
      tellFailure(error);
      tools.breaks.notice(error);
    };
  }

  start(): void {
    this.workers = SHARDS.map((shard) => this.worker(shard));
    this.tools.breaks.join(this.breaking);
  }

  async ready(): Promise<void> {
    const ready = Promise.all(this.workers.map((worker) => worker.waitUntilReady()));
    await withinMs(READY_WITHIN_MS, ready);
  }

  /** Begins nothing more, and lets steps in progress end, whether or not Redis is there. Whether all of them did. */
  async close(limitMs: number): Promise<boolean> {
    this.isClosing = true;
    this.tools.breaks.leave(this.breaking);
    this.breaking.pause();
    const idle = await withinMs(limitMs, this.idle()).then(
      () => true,
      () => false,
    );
    const isThere = SHARDS.some((shard) => this.tools.connectionOf(shard).status === 'ready');
    const patience = isThere ? CLOSING_TAKES_MS : WITHOUT_REDIS_MS;
    await withinMs(patience, Promise.all(this.workers.map((worker) => worker.close()))).catch(this.trouble);
    return idle;
  }

  /** Of this process alone; what is in progress goes on. */
  private readonly breaking: Breaking = {
    pause: () => {
      for (const worker of this.workers) void worker.pause(true);
    },
    resume: () => {
      for (const worker of this.workers) void worker.resume();
    },
  };

  private async idle(): Promise<void> {
    while (this.steps.size > 0) await Promise.allSettled(this.steps);
  }

  private worker(shard: number): Worker {
    const place = placeOf(this.work.name, shard);
    this.tools.pulse.watch(place, this.work.atOnce);
    const worker = new Worker<{ id: string }>(this.work.name, (job, token) => this.step(place, job, token), {
      connection: this.tools.connectionOf(shard),
      prefix: shardPrefix(shard),
      concurrency: this.work.atOnce,
      runRetryDelay: AFTER_TROUBLE_MS,
      ...TAKEOVER,
    });
    worker.on('error', this.trouble);
    worker.on('failed', (_job, error) => this.stepFailed(error));
    return worker;
  }

  private async step(place: string, job: Job<{ id: string }>, token?: string): Promise<void> {
    const { clock, pulse } = this.tools;
    if (job.name === CANARY) return pulse.canaryHeard(place, job.data.id);
    // One more may come out of a fetch that was under way: it is somebody else's.
    const next = this.isClosing ? HANDED_BACK : await this.answered(place, job);
    if (next === 'DONE' || next === 'NOTHING') return;
    await this.handBack(job, clock.now() + Math.max(1, Math.ceil(next.againInMs)), token);
    throw new DelayedError();
  }

  /** A store that refuses it is waited for: otherwise the job would lie there until its lock has run out. */
  private async handBack(job: Job, dueMs: number, token?: string): Promise<void> {
    for (;;) {
      try {
        return await job.moveToDelayed(dueMs, token);
      } catch (error) {
        if (!(error instanceof Error) || !isStoreRefusal(error)) throw error;
        this.trouble(error);
        await this.tools.breaks.over();
      }
    }
  }

  private async answered(place: string, { data, priority }: Job<{ id: string }>): Promise<Next> {
    const answering = this.work.answer(data.id, priority === PRIORITIES.FIRST ? 'FIRST' : 'IN_TURN');
    this.steps.add(answering);
    this.tools.pulse.stepBegan(place);
    try {
      return await answering;
    } catch (error) {
      // No fault of the step: it is begun anew as soon as the store is well.
      if (!isRedisTrouble(error)) throw error;
      this.stepFailed(error as Error);
      return AFTER_TROUBLE;
    } finally {
      this.tools.pulse.stepEnded(place);
      this.steps.delete(answering);
    }
  }
}
