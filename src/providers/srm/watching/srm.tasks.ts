import type { JobObservation, JobState } from '../../../domain/observation.js';
import { taskFailureOf } from '../wire/srm.errors.js';
import {
  epochMsOf,
  percentOf,
  textOf,
  timeOf,
  type WireHistoryReport,
  type WireTask,
} from '../wire/srm.wire.js';

/** The end test is the status, never the progress: a failed task need not reach 100 (0.10, 7.7, 7.8). */
const JOB_STATE_OF: Readonly<Record<string, JobState>> = {
  QUEUED: 'QUEUED',
  RUNNING: 'RUNNING',
  SUCCESS: 'SUCCEEDED',
  ERROR: 'FAILED',
  CANCELLED: 'CANCELLED',
};
const OVER: readonly JobState[] = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'GONE'];

export function jobOf(task: WireTask): JobObservation {
  const word = textOf(task.status);
  const state = word === null ? 'UNRECOGNIZED' : (JOB_STATE_OF[word] ?? 'UNRECOGNIZED');
  const endedTime = timeOf(task.complete_time);
  return {
    id: task.id,
    state,
    word,
    progressPercent: percentOf(task.progress),
    error: state === 'FAILED' || state === 'CANCELLED' ? taskFailureOf(task) : null,
    ...(OVER.includes(state) && endedTime !== null ? { endedTime } : {}),
  };
}

/** The appliance keeps finished tasks for a time that is not documented (5). */
export function goneJob(id: string): JobObservation {
  return { id, state: 'GONE', word: null, progressPercent: null, error: null };
}

export function isOver(job: JobObservation): boolean {
  return OVER.includes(job.state);
}

export function isUnderWay(task: WireTask): boolean {
  return task.status === 'QUEUED' || task.status === 'RUNNING';
}

/** The id of what a task made: a moref string, although the document declares an object (0.6). */
export function createdBy(task: WireTask): string | null {
  return task.status === 'SUCCESS' ? textOf(task.result) : null;
}

/** The reports in a finished history task; null = none are in it (yet). */
export function historyOf(task: WireTask): WireHistoryReport[] | null {
  const { result } = task;
  if (Array.isArray(result)) return result as WireHistoryReport[];
  const list = typeof result === 'object' && result !== null ? (result as { list?: unknown }).list : null;
  return Array.isArray(list) ? (list as WireHistoryReport[]) : null;
}

/** The newest queueing time among tasks, by the appliance's clock. */
export function newestQueuedMs(tasks: readonly WireTask[]): number | null {
  const times = tasks.map((task) => epochMsOf(task.queued_time)).filter((ms) => ms !== null);
  return times.length === 0 ? null : Math.max(...times);
}

/** Reading a plan's history makes a task too, perhaps on the plan: told by its result or its words. */
export function isHistoryTask(task: WireTask): boolean {
  return (
    historyOf(task) !== null ||
    /histor|report/i.test(`${task.description ?? ''} ${task.description_id ?? ''}`)
  );
}
