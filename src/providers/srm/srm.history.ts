import { setTimeout as pause } from 'node:timers/promises';
import type { DrAction } from '../../domain/dr-action.js';
import type { Finding } from '../../domain/observation.js';
import type { SentCall } from '../provider-driver.js';
import { ProviderError } from '../provider-error.js';
import type { PlanBaseline } from './srm.baseline.js';
import type { SrmClient } from './srm.client.js';
import { historyOf, isUnderWay } from './srm.tasks.js';
import { epochMsOf, timeOf, type WireHistoryReport, type WireTask } from './srm.wire.js';

const OPERATION_TYPE: Readonly<Partial<Record<DrAction, string>>> = {
  START_DRILL: 'TEST',
  CLEAN_UP_DRILL: 'CLEANUP',
  PLANNED_FAILOVER: 'FAILOVER',
  FAILOVER: 'FAILOVER',
  REPROTECT: 'REPROTECT',
};

const POLLS = 4;
const BETWEEN_POLLS_MS = 250;

/** What the plan's finished runs say of a send. */
export type HistoryFinding =
  | Exclude<Finding, { verdict: 'NOT_SEEN' }>
  | { verdict: 'NOT_SEEN'; evidence: string; otherUser: string | null };

/**
 * The plan's history. Reading it makes the appliance a task, perhaps on the plan itself: those tasks must
 * never be taken for the run that is looked for.
 */
export class SrmHistory {
  private readonly readings = new Set<string>();
  private readonly unfinished = new Map<string, { taskId: string; since: number }>();

  constructor(
    private readonly client: SrmClient,
    private readonly userName: string,
  ) {}

  /** A task that only reads the history. */
  isOurs(task: WireTask): boolean {
    return this.readings.has(task.id);
  }

  async findRun(
    planId: string,
    sent: SentCall,
    baseline: PlanBaseline,
    signal: AbortSignal,
  ): Promise<HistoryFinding> {
    const since = baseline.upstreamMs ?? baseline.newestQueuedMs;
    if (since === null) return notSeen('The history cannot be searched without a time of the appliance.');
    const reports = await this.reports(planId, since, signal);
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

  /**
   * null = could not be read, or not in time. A reading that is not done in time is not begun again: the
   * next question about the plan looks for its end.
   */
  private async reports(
    planId: string,
    since: number,
    signal: AbortSignal,
  ): Promise<WireHistoryReport[] | null> {
    try {
      let task = await this.reading(planId, since, signal);
      for (let poll = 0; task !== null && isUnderWay(task) && poll < POLLS; poll += 1) {
        if (poll > 0) await pause(BETWEEN_POLLS_MS, undefined, { signal });
        task = await this.client.task(task.id, signal);
      }
      if (task === null || !isUnderWay(task)) this.unfinished.delete(planId);
      return task === null ? null : historyOf(task);
    } catch (error) {
      if (error instanceof ProviderError || signal.aborted) return null;
      throw error;
    }
  }

  private async reading(planId: string, since: number, signal: AbortSignal): Promise<WireTask | null> {
    const begun = this.unfinished.get(planId);
    if (begun !== undefined && begun.since <= since) return this.client.task(begun.taskId, signal);
    const task = await this.client.beginHistory(planId, since, signal);
    if (typeof task.id === 'string') {
      this.readings.add(task.id);
      this.unfinished.set(planId, { taskId: task.id, since });
    }
    return task;
  }
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
