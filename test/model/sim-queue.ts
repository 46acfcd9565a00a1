import { Doorbells } from '../../src/operations/doorbells.js';
import type { Next } from '../../src/operations/settings.js';
import type { Line } from './sim-store.js';
import type { SimProcess } from './sim-process.js';
import type { Timeline } from './timeline.js';

interface Job {
  key: string;
  dueMs: number;
  tries: number;
  /** Of who has taken it; 0 = it waits. */
  token: number;
}

/** One that answers rings. */
export interface Answerer {
  readonly process: SimProcess;
  readonly busy: number;
  answer(key: string, token: number): void;
}

const LOCK_MS = 6_000;
const STALLED_INTERVAL_MS = 3_000;
const MOST_TRIES = 3;
const AT_ONCE = 6;

/**
 * What matters of the queue: a ring is one job, whoever rings how often; a job whose worker is dead or frozen is taken
 * by another while the first one, should it wake, goes on as if nothing had happened; all of it may be lost.
 */
export class SimQueue {
  private readonly jobs = new Map<string, Job>();
  private readonly answerers: Answerer[] = [];
  private tokens = 0;
  private turn = 0;

  constructor(
    private readonly timeline: Timeline,
    private readonly isUp: () => boolean,
  ) {}

  join(answerer: Answerer): void {
    this.answerers.push(answerer);
    answerer.process.onDeath(() => {
      this.answerers.splice(this.answerers.indexOf(answerer), 1);
    });
    this.hand();
  }

  ring(key: string, isNow: boolean): void {
    const job = this.jobs.get(key);
    if (!job) {
      this.jobs.set(key, { key, dueMs: this.timeline.now, tries: 0, token: 0 });
    } else if (isNow && job.token === 0) {
      job.dueMs = Math.min(job.dueMs, this.timeline.now);
    }
    this.hand();
  }

  finish(key: string, token: number, next: Next | 'FAILED'): void {
    const job = this.jobs.get(key);
    // Taken from it meanwhile.
    if (job?.token !== token) return;
    if (next === 'FAILED' && job.tries < MOST_TRIES) {
      this.putOff(job, 500 * 2 ** job.tries);
      job.tries += 1;
    } else if (typeof next === 'object') {
      job.tries = 0;
      this.putOff(job, Math.max(1, Math.ceil(next.againInMs)));
    } else {
      this.jobs.delete(key);
    }
  }

  /** Its worker could not say what became of it, and holds it no longer. */
  abandon(key: string, token: number): void {
    const job = this.jobs.get(key);
    if (job?.token === token) this.putOff(job, LOCK_MS + STALLED_INTERVAL_MS);
  }

  lose(isLost: () => boolean): void {
    for (const key of [...this.jobs.keys()]) if (isLost()) this.jobs.delete(key);
  }

  hand(): void {
    if (!this.isUp()) return;
    for (const job of this.jobs.values()) {
      if (job.token !== 0 || job.dueMs > this.timeline.now) continue;
      const answerer = this.freeAnswerer();
      if (!answerer) return;
      this.tokens += 1;
      job.token = this.tokens;
      this.watchOver(job, job.token, answerer);
      answerer.answer(job.key, job.token);
    }
  }

  private putOff(job: Job, ms: number): void {
    job.token = 0;
    job.dueMs = this.timeline.now + ms;
    this.timeline.after(ms, () => this.hand());
  }

  private freeAnswerer(): Answerer | null {
    const free = this.answerers.filter(
      ({ process, busy }) => process.alive && !process.isFrozen && busy < AT_ONCE,
    );
    this.turn += 1;
    return free[this.turn % Math.max(1, free.length)] ?? null;
  }

  private watchOver(job: Job, token: number, { process }: Answerer): void {
    this.timeline.after(LOCK_MS, () => {
      if (this.jobs.get(job.key)?.token !== token) return;
      if (process.alive && !process.isFrozen) {
        this.watchOver(job, token, { process, busy: 0, answer: () => undefined });
      } else {
        this.putOff(job, STALLED_INTERVAL_MS);
      }
    });
  }
}

/** One process's way to the queue. */
export class SimDoorbells extends Doorbells {
  constructor(
    private readonly queue: SimQueue,
    private readonly line: Line,
  ) {
    super();
  }

  ringSubmission(operationId: string): Promise<void> {
    return this.ring(`submit ${operationId}`, true);
  }

  ringWatch(siteId: string): Promise<void> {
    return this.ring(`watch ${siteId}`, true);
  }

  ensureSubmission(operationId: string): Promise<void> {
    return this.ring(`submit ${operationId}`, false);
  }

  ensureWatch(siteId: string): Promise<void> {
    return this.ring(`watch ${siteId}`, false);
  }

  /** Given up without a word where the product's gives up. */
  private ring(key: string, isNow: boolean): Promise<void> {
    return this.line.ask('ring', () => this.queue.ring(key, isNow)).catch(() => undefined);
  }
}
