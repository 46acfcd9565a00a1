import type { TimelineEvent } from '../engine/simulator.js';
import { MESSAGES } from './error-codes.js';
import { AFTER_FAILURE, AFTER_SUCCESS, ON_ACCEPT } from './effects.js';
import { fateOf } from './fates.js';
import { operationOf, type OperationName } from './operations.js';
import { removeResource, resourceOf, setStatus, taskTypeOf } from './resources.js';
import type { Operation } from './transitions.js';
import { byId, type Job, type JobDetails, type Sdrs, type SubJob, type Target } from './world.js';

/** What a route asks for once it has found nothing to refuse. The first target is what the job is about. */
export interface JobOrder {
  operation: OperationName;
  groupId: string;
  targets: Pick<Target, 'kind' | 'id'>[];
  entities: Record<string, string>;
  subJobs?: { jobType: string; entities: Record<string, string> }[];
  details?: JobDetails;
}

/** The moments of a job's life, as shares of its duration (5.1: INIT, RUNNING, then SUCCESS or FAIL). */
const BEGINS = 0.05;
const SUB_JOBS_DONE = 0.95;

/** Accepts a piece of work: statuses turn transitional at once, the rest is left to the timeline. */
export function startJob(sim: Sdrs, order: JobOrder): { job_id: string } {
  const operation = operationOf(order.operation);
  const fate = fateOf(sim, order);
  const job: Job = {
    ...newSubJob(sim, operation.jobType, order.entities),
    sub_jobs: order.subJobs?.map((sub) => newSubJob(sim, sub.jobType, sub.entities)) ?? null,
    operation: order.operation,
    server_group_id: order.groupId,
    targets: order.targets.map((target) => ({ ...target, previous: statusOf(sim, target) })),
    details: order.details ?? {},
    failure: fate && !fate.stuck ? failureOf(sim, operation, order, fate) : null,
    forgotten: false,
  };
  sim.state.jobs.push(job);
  for (const id of subjectsOf(order)) sim.executed(order.operation, id, job.job_id);
  ON_ACCEPT[order.operation]?.(sim, job);
  if (operation.during !== null) carry(sim, job, operation.during);
  schedule(sim, job, operation.seconds, fate?.stuck ?? false);
  return { job_id: job.job_id };
}

/** What the ledger names: the first target, and of a batch every instance. */
function subjectsOf({ operation, targets, groupId }: JobOrder): string[] {
  if (!operation.startsWith('batch-')) return [targets[0]?.id ?? groupId];
  return targets.filter(({ kind }) => kind === 'instance').map(({ id }) => id);
}

function schedule(sim: Sdrs, job: Job, [low, high]: readonly [number, number], stuck: boolean): void {
  const lasts = sim.random.between(low * 1000, high * 1000) * sim.settings.durationFactor;
  const count = job.sub_jobs?.length ?? 0;
  const id = job.job_id;
  sim.schedule(lasts * BEGINS, 'job.begin', { job_id: id });
  if (stuck) return;
  for (let index = 0; index < count; index += 1) {
    const slot = ((SUB_JOBS_DONE - BEGINS) * lasts) / count;
    const begins = lasts * BEGINS + slot * index;
    sim.schedule(begins, 'sub-job.begin', { job_id: id, index });
    sim.schedule(begins + slot, 'sub-job.end', { job_id: id, index });
  }
  sim.schedule(lasts, 'job.end', { job_id: id });
}

/** One due event of a job's life. */
export function jobEvent(sim: Sdrs, event: TimelineEvent): void {
  const job = sim.state.jobs.find((candidate) => candidate.job_id === event.payload.job_id);
  if (!job) return;
  const sub = job.sub_jobs?.[Number(event.payload.index)];
  switch (event.kind) {
    case 'job.begin':
      job.status = 'RUNNING';
      break;
    case 'sub-job.begin':
      if (sub) sub.status = 'RUNNING';
      break;
    case 'sub-job.end':
      if (sub) endSubJob(sim, job, sub);
      break;
    case 'job.end':
      endJob(sim, job);
      break;
    case 'job.expire':
      sim.state.jobs = sim.state.jobs.filter((other) => other !== job);
      break;
  }
}

/** Only the last sub job fails: the others show that a failed group action was half done. */
function endSubJob(sim: Sdrs, job: Job, sub: SubJob): void {
  const isLast = job.sub_jobs?.at(-1) === sub;
  const failure = isLast ? job.failure : null;
  sub.status = failure ? 'FAIL' : 'SUCCESS';
  sub.end_time = sim.instant;
  sub.error_code = failure ? `SDRS.${operationOf(job.operation).failure}` : null;
  sub.fail_reason = failure?.fail_reason ?? null;
}

export function endJob(sim: Sdrs, job: Job): void {
  if (job.end_time !== null) return;
  const operation = operationOf(job.operation);
  job.status = job.failure ? 'FAIL' : 'SUCCESS';
  job.end_time = sim.instant;
  for (const sub of job.sub_jobs ?? []) if (sub.end_time === null) endSubJob(sim, job, sub);
  if (job.failure) {
    Object.assign(job, job.failure);
    noteFailedTask(sim, job, operation);
    AFTER_FAILURE[job.operation]?.(sim, job);
    carry(sim, job, operation.fail);
  } else {
    AFTER_SUCCESS[job.operation]?.(sim, job);
    carry(sim, job, operation.ok);
  }
  if (sim.settings.jobRetentionMs !== null)
    sim.schedule(sim.settings.jobRetentionMs, 'job.expire', { job_id: job.job_id });
}

/** Takes every target of the job to the status the table names. */
function carry(sim: Sdrs, job: Job, word: string): void {
  for (const target of job.targets) {
    const resource = resourceOf(sim.state, target.kind, target.id);
    if (!resource) continue;
    if (word === 'gone') removeResource(sim.state, target.kind, target.id);
    else setStatus(sim, resource, statusAfter(sim, job, target, word));
  }
}

function statusAfter(sim: Sdrs, job: Job, target: Target, word: string): string {
  const mended = /^error-(resizing|extending|attaching|detaching)$/.test(target.previous);
  if (word === 'as-group' || (word === 'previous' && mended && !job.failure)) return groupsWord(sim, job);
  return word === 'previous' ? target.previous : word;
}

/** What an instance or pair without trouble of its own is called in its group now. */
function groupsWord(sim: Sdrs, job: Job): string {
  const status = byId(sim.state.groups, job.server_group_id)?.status ?? '';
  return status === 'protected' || status === 'failed-over' ? status : 'available';
}

function noteFailedTask(sim: Sdrs, job: Job, operation: Operation): void {
  const [target] = job.targets;
  const resource = target && resourceOf(sim.state, target.kind, target.id);
  if (!target || !resource || !job.failure) return;
  sim.state.failedTasks.push({
    resource_id: target.id,
    resource_name: resource.name,
    resource_type: taskTypeOf(target.kind),
    failure_status: operation.failureStatus,
    job_id: job.job_id,
    job_type: job.job_type,
    begin_time: job.begin_time,
    server_group_id: job.server_group_id,
    ...job.failure,
  });
}

function failureOf(
  sim: Sdrs,
  operation: Operation,
  order: JobOrder,
  fate: { errorCode?: string; failReason?: string },
) {
  const own = order.subJobs ? sim.settings.subJobFailCode : `SDRS.${operation.failure}`;
  const task = operation.jobType.replace(/(NoCG|New)$/, '').replace(/^./, (letter) => letter.toUpperCase());
  return {
    error_code: fate.errorCode ?? own,
    fail_reason: fate.failReason ?? `${task}Task-fail:${MESSAGES[operation.failure]}`,
  };
}

function statusOf(sim: Sdrs, target: Pick<Target, 'kind' | 'id'>): string {
  return resourceOf(sim.state, target.kind, target.id)?.status ?? '';
}

function newSubJob(sim: Sdrs, jobType: string, entities: Record<string, string>): SubJob {
  return {
    job_id: newJobId(sim),
    job_type: jobType,
    status: 'INIT',
    begin_time: sim.instant,
    end_time: null,
    error_code: null,
    fail_reason: null,
    entities,
  };
}

/** 8 host + 8 process + 12 submission time + 4 counter, all hexadecimal (5.3). */
function newJobId(sim: Sdrs): string {
  sim.state.jobCounter = (sim.state.jobCounter + 1) % 0x10000;
  const time = sim.instant.toString(16).padStart(12, '0');
  const counter = sim.state.jobCounter.toString(16).padStart(4, '0');
  return `${sim.state.jobEngine}${time}${counter}`;
}
