import type { JobObservation, JobState, OperationStep, StepState } from '../../../domain/observation.js';
import { shownText } from '../../../domain/shown-text.js';
import { listOf, textOf, timeOf } from '../wire/sdrs.fields.js';
import type { WireJob } from '../wire/sdrs.wire.js';

/** Section 5.1: there are these four words and no others. */
const JOB_STATES: Readonly<Record<string, JobState>> = {
  INIT: 'QUEUED',
  RUNNING: 'RUNNING',
  SUCCESS: 'SUCCEEDED',
  FAIL: 'FAILED',
};

const STEP_STATES: Readonly<Record<string, StepState>> = {
  INIT: 'PENDING',
  RUNNING: 'RUNNING',
  SUCCESS: 'SUCCEEDED',
  FAIL: 'FAILED',
};

const LONGEST_REASON = 200;

/** null = the upstream no longer knows it. */
export function toJobObservation(id: string, job: WireJob | null): JobObservation {
  if (job === null) return { id, state: 'GONE', word: null, progressPercent: null, error: null };
  const word = textOf(job.status);
  const state = JOB_STATES[word ?? ''] ?? 'UNRECOGNIZED';
  return {
    id,
    state,
    word,
    progressPercent: state === 'SUCCEEDED' ? 100 : shareDone(subJobsOf(job)),
    error: state === 'FAILED' ? errorOf(job) : null,
    ...endOf(job, state),
  };
}

/** Null until it has ended (section 5.2, inferred). */
function endOf(job: WireJob, state: JobState): Pick<JobObservation, 'endedTime'> {
  const endedTime = state === 'SUCCEEDED' || state === 'FAILED' ? timeOf(job.end_time) : null;
  return endedTime === null ? {} : { endedTime };
}

/** A job that was not read because its resource is still in the job's own passing state. */
export function assumedRunning(id: string): JobObservation {
  return { id, state: 'RUNNING', word: null, progressPercent: null, error: null };
}

export function stepsOf(job: WireJob): OperationStep[] {
  return subJobsOf(job).map((step, index, all) => ({
    id: textOf(step.job_id) ?? String(index),
    title: all.length === 1 ? titleOf(step) : `${titleOf(step)} (${index + 1} of ${all.length})`,
    state: STEP_STATES[textOf(step.status) ?? ''] ?? 'RUNNING',
    progressPercent: step.status === 'SUCCESS' ? 100 : null,
  }));
}

/** Blemishes of a job that ended well. */
export function warningsOf(job: WireJob): string[] {
  if (job.status !== 'SUCCESS') return [];
  return subJobsOf(job)
    .filter((step) => step.status === 'FAIL')
    .map((step) => `${titleOf(step)} failed${step.error_code ? ` with ${step.error_code}` : ''}.`);
}

/** Absent, null and empty all mean that there are none (section 5.2). */
function subJobsOf(job: WireJob): readonly WireJob[] {
  return listOf(job.entities?.sub_jobs);
}

function shareDone(steps: readonly WireJob[]): number | null {
  if (steps.length === 0) return null;
  const done = steps.filter((step) => step.status === 'SUCCESS' || step.status === 'FAIL').length;
  return Math.round((100 * done) / steps.length);
}

/** The codes may be another service's (`EVS.2024`). A parent without words of its own borrows a step's. */
function errorOf(job: WireJob): { code: string | null; message: string | null } {
  const failed = [job, ...subJobsOf(job).filter((step) => step.status === 'FAIL')];
  return {
    code: failed.map((one) => textOf(one.error_code)).find((code) => code !== null) ?? null,
    message: failed.map((one) => shortened(one.fail_reason)).find((text) => text !== null) ?? null,
  };
}

/** The text reveals internals, most of all at its end and in the task's name before it (section 5.1). */
function shortened(reason: unknown): string | null {
  const line = shownText((textOf(reason) ?? '').replace(/^\s*\w+-fail:\s*/i, ''), LONGEST_REASON);
  return line === '' ? null : line;
}

/** `stopProtectionGroupRepNoCG` → `Stop protection group: replication pair`, with its id where it is told. */
function titleOf(step: WireJob): string {
  const type = (textOf(step.job_type) ?? 'step').replace(/(?:NoCG|New)$/, '');
  const words = type
    .replace(/Rep$/, ': replication pair')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const about = textOf(step.entities?.replication_pair_id) ?? textOf(step.entities?.protected_instance_id);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${about === null ? '' : ` ${about}`}`;
}
