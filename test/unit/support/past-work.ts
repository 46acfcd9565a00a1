import type { Redis } from 'ioredis';
import type { Operation } from '../../../src/domain/operation.js';
import type { PastRun, PastRunsPage, PastRunsQuestion } from '../../../src/domain/past-run.js';
import type { StoreGuard } from '../../../src/operations/guard/store-guard.js';
import { OpenGuard } from '../../../src/operations/guard/open-guard.js';
import { isPastOperation } from '../../../src/operations/past-operation-id.js';
import { PastOperations } from '../../../src/operations/past-operations.js';
import type { PastProgress } from '../../../src/operations/past-records.js';
import { RedisPastRecords } from '../../../src/operations/redis-past-records.js';
import { isoTime } from '../../../src/platform/clock.js';
import { silentLog } from '../../../src/platform/log/log.js';
import type { Provider } from '../../../src/providers/provider.js';
import { OutsideWork } from './outside-work.js';

export const DAY_MS = 86_400_000;
export const KEPT_MS = 400 * DAY_MS;
export const PAGE = 4;

/** Work at a site that has a past, and tells of it in pages of four. */
export class PastWork extends OutsideWork {
  readonly history: PastRun[] = [];
  readonly questions: PastRunsQuestion[] = [];
  readonly provider: Provider;
  /** How far its clock is ahead of ours. */
  aheadMs: number | null = 0;
  leftOut = 0;
  /** Happens before the next answer, or instead of it when it throws. */
  beforeAnswer: (() => void) | null = null;
  private readonly past: PastOperations;
  private runs = 0;

  constructor(redis: Redis, guard: StoreGuard = new OpenGuard()) {
    super(redis);
    const { descriptor } = this.site.provider;
    const capabilities = { ...descriptor.capabilities, pastOperations: true };
    this.provider = Object.create(this.site.provider, {
      descriptor: { value: { ...descriptor, capabilities } },
      pastRuns: { configurable: true, value: (question: PastRunsQuestion) => this.answer(question) },
    }) as Provider;
    this.past = this.anotherImport(guard);
  }

  anotherImport(guard: StoreGuard = new OpenGuard()): PastOperations {
    const records = new RedisPastRecords(this.redis, guard);
    return new PastOperations(this.store, records, guard, this.clock, silentLog(), KEPT_MS);
  }

  /** A run of which the site tells, the newest of all. */
  ran(startMs: number, changes: Partial<PastRun> = {}): PastRun {
    this.runs += 1;
    const run: PastRun = {
      id: String(this.runs),
      action: 'START_DRILL',
      orElse: [],
      targetType: 'RECOVERY_PLAN',
      targetNativeId: null,
      targetName: 'Books',
      state: 'SUCCEEDED',
      outcome: 'FULL',
      upstreamState: 'SUCCESS',
      requestedBy: 'olga@console',
      startedTime: isoTime(startMs),
      endedTime: isoTime(startMs + 60_000),
      errors: [],
      warnings: [],
      ...changes,
    };
    this.history.push(run);
    return run;
  }

  /** What a refresh job does: first what runs there, then what has ended. */
  async lookAndGoOn(past = this.past): Promise<void> {
    const look = await this.look();
    await this.external.consider(this.provider, look);
    await past.goOn(this.provider, look);
  }

  async imported(): Promise<Operation[]> {
    return (await this.found()).filter(({ id }) => isPastOperation(id));
  }

  async progress(): Promise<PastProgress | null> {
    return new RedisPastRecords(this.redis, new OpenGuard()).progress(this.site.siteId);
  }

  private async answer(question: PastRunsQuestion): Promise<PastRunsPage> {
    this.questions.push(question);
    const { fromMs, untilMs, after } = question;
    const hook = this.beforeAnswer;
    this.beforeAnswer = null;
    hook?.();
    const offset = Number(after ?? 0);
    const runs = this.history
      .filter(({ startedTime }) => Date.parse(startedTime) >= fromMs && Date.parse(startedTime) <= untilMs)
      .sort((one, other) => Date.parse(other.startedTime) - Date.parse(one.startedTime))
      .slice(offset, offset + PAGE);
    const next = runs.length === 0 ? null : String(offset + runs.length);
    return { runs, leftOut: this.leftOut, next, aheadMs: this.aheadMs };
  }
}
