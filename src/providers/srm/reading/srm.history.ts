import { setTimeout as pause } from 'node:timers/promises';
import type { DrAction } from '../../../domain/dr-action.js';
import type { Finding } from '../../../domain/observation.js';
import type { SentCall } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import type { PlanBaseline } from '../evidence/srm.baseline.js';
import { HISTORY_PAGE_SIZE, type HistoryPage, type SrmClient } from '../wire/srm.client.js';
import { taskFailureOf } from '../wire/srm.errors.js';
import { historyOf, isUnderWay } from '../watching/srm.tasks.js';
import { epochMsOf, timeOf, type WireHistoryReport, type WireTask } from '../wire/srm.wire.js';

const OPERATION_TYPE: Readonly<Partial<Record<DrAction, string>>> = {
  START_DRILL: 'TEST',
  CLEAN_UP_DRILL: 'CLEANUP',
  PLANNED_FAILOVER: 'FAILOVER',
  FAILOVER: 'FAILOVER',
  REPROTECT: 'REPROTECT',
};

/** Milliseconds before each look at the task; for evidence, which is looked for again anyway, and for a reader. */
const SHORTLY = [0, 250, 250, 250];
const PATIENTLY = [0, 250, 500, 1000, 1000, 2000, 2000];
/** A reading that is older would tell of a past that has gone on since. */
const READING_MAX_AGE_MS = 60_000;
const MAX_READINGS = 1000;
const MAX_PAGES = 20;

export interface RunWindow {
  fromMs?: number | undefined;
  untilMs?: number | undefined;
}

/** What the plan's finished runs say of a send. */
export type HistoryFinding =
  | Exclude<Finding, { verdict: 'NOT_SEEN' }>
  | { verdict: 'NOT_SEEN'; evidence: string; otherUser: string | null };

interface Reading {
  taskId: string;
  page: HistoryPage;
  begunAt: number;
}

/** One part of the history, as it came. */
export interface HistoryPart {
  reports: WireHistoryReport[];
  /** How far the appliance's clock is ahead of ours, milliseconds; null = it did not tell. */
  aheadMs: number | null;
}

/**
 * The history of runs. Reading it makes the appliance a task, perhaps on a plan itself: those tasks must
 * never be taken for the run that is looked for. A reading that is not done in time is not begun again:
 * the next question looks for its end.
 */
export class SrmHistory {
  private readonly readings = new Set<string>();
  private readonly unfinished = new Map<string, Reading>();
  /** By the last task that was begun here. */
  private aheadMs: number | null = null;

  constructor(
    private readonly client: SrmClient,
    private readonly userName: string,
  ) {}

  /** A task that only reads the history. */
  isOurs(task: WireTask): boolean {
    return this.readings.has(task.id);
  }

  /**
   * The finished runs of a plan (null = of all), newest first; without a beginning, as far as the appliance
   * keeps them. Not ready in time = `TIMEOUT`, to be asked again.
   */
  async reports(
    planId: string | null,
    { fromMs = 0, untilMs }: RunWindow,
    signal: AbortSignal,
  ): Promise<WireHistoryReport[]> {
    const reports: WireHistoryReport[] = [];
    for (let count = 0; count < MAX_PAGES; count += 1) {
      const offset = count * HISTORY_PAGE_SIZE;
      const page = { fromMs, offset, ...(untilMs === undefined ? {} : { untilMs }) };
      const part = await this.page(planId, page, PATIENTLY, signal);
      reports.push(...part);
      if (part.length < HISTORY_PAGE_SIZE) break;
    }
    const startOf = (report: WireHistoryReport): number => epochMsOf(report.start_time_ms) ?? 0;
    return reports
      .filter((report) => startOf(report) >= fromMs && startOf(report) <= (untilMs ?? Infinity))
      .sort((one, other) => startOf(other) - startOf(one));
  }

  /** One part of all plans' runs, newest first, at most `HISTORY_PAGE_SIZE`. Not ready in time = `TIMEOUT`, to be asked again. */
  async part(page: HistoryPage, signal: AbortSignal): Promise<HistoryPart> {
    const reports = await this.page(null, page, PATIENTLY, signal);
    return { reports, aheadMs: this.aheadMs };
  }

  async findRun(
    planId: string,
    sent: SentCall,
    baseline: PlanBaseline,
    signal: AbortSignal,
  ): Promise<HistoryFinding> {
    const since = baseline.upstreamMs ?? baseline.newestQueuedMs;
    if (since === null) return notSeen('The history cannot be searched without a time of the appliance.');
    const reports = await this.page(planId, { fromMs: since }, SHORTLY, signal).catch((error: unknown) => {
      if (error instanceof ProviderError || signal.aborted) return null;
      throw error;
    });
    if (reports === null) return notSeen('The history was not to be had.');
    const type = OPERATION_TYPE[sent.command.action];
    const runs = reports.filter(
      (report) => report.operation_type === type && (epochMsOf(report.start_time_ms) ?? 0) >= since,
    );
    const own = runs.filter((report) => isSameUser(report.username, this.userName));
    const [run] = own;
    if (run !== undefined && runs.length === 1) {
      return {
        verdict: 'STARTED',
        ref: { jobIds: [] },
        evidence: `The history has our ${type} of ${timeOf(run.start_time_ms)}: ${run.result_state ?? 'no result'}.`,
      };
    }
    if (run !== undefined) {
      return {
        verdict: 'UNDECIDABLE',
        evidence: `The history has ${runs.length} runs of ${type} since the send.`,
      };
    }
    const other = runs[0]?.username ?? null;
    return runs.length === 0
      ? notSeen(`The history has no ${type} since the send.`)
      : {
          verdict: 'NOT_SEEN',
          evidence: `The history has a ${type} by somebody else (${other}).`,
          otherUser: other ?? '',
        };
  }

  private async page(
    planId: string | null,
    page: HistoryPage,
    pauses: readonly number[],
    signal: AbortSignal,
  ): Promise<WireHistoryReport[]> {
    const place = JSON.stringify([planId, page.untilMs ?? null, page.offset ?? 0]);
    let task = await this.reading(place, planId, page, signal);
    for (const ms of pauses) {
      if (task === null || !isUnderWay(task)) break;
      if (ms > 0) await pause(ms, undefined, { signal });
      task = await this.client.task(task.id, signal);
    }
    if (task !== null && isUnderWay(task)) throw notInTime();
    this.unfinished.delete(place);
    if (task === null) throw new ProviderError('UNAVAILABLE', FORGOTTEN, { retry: 'TEMPORARY' });
    const reports = historyOf(task);
    if (reports !== null) return reports;
    const words = taskFailureOf(task);
    throw new ProviderError(
      words === null ? 'BAD_ANSWER' : 'UPSTREAM_FAULT',
      `SRM could not make the history: ${words?.message ?? `its task ended in ${task.status ?? 'no state'} without a list`}.`,
      { retry: 'TEMPORARY', upstream: words ?? {} },
    );
  }

  private async reading(
    place: string,
    planId: string | null,
    page: HistoryPage,
    signal: AbortSignal,
  ): Promise<WireTask | null> {
    const now = this.client.clock.monotonic();
    const begun = this.unfinished.get(place);
    const reachesBack = begun !== undefined && (begun.page.fromMs ?? 0) <= (page.fromMs ?? 0);
    if (reachesBack && now - begun.begunAt < READING_MAX_AGE_MS)
      return this.client.task(begun.taskId, signal);
    const task = await this.client.beginHistory(planId, page, signal);
    this.readings.add(task.id);
    const queuedMs = epochMsOf(task.queued_time);
    if (queuedMs !== null) this.aheadMs = queuedMs - this.client.clock.now();
    const [oldest] = this.readings;
    if (this.readings.size > MAX_READINGS && oldest !== undefined) this.readings.delete(oldest);
    this.unfinished.set(place, { taskId: task.id, page, begunAt: now });
    return task;
  }
}

const FORGOTTEN = 'SRM forgot the task that was to make the history; ask again.';

function notInTime(): ProviderError {
  return new ProviderError('TIMEOUT', 'SRM is still making the history; ask again in a moment.', {
    retry: 'TEMPORARY',
  });
}

/** `DOMAIN\user` and `user@domain` name one user. */
function isSameUser(one: string | null | undefined, other: string): boolean {
  const plain = (name: string): string => {
    const [domain, user] = name.toLowerCase().split('\\');
    return user === undefined ? (domain ?? '') : `${user}@${domain}`;
  };
  return one !== null && one !== undefined && plain(one) === plain(other);
}

function notSeen(evidence: string): HistoryFinding {
  return { verdict: 'NOT_SEEN', evidence, otherUser: null };
}
