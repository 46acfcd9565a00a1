import type { ActionCommand } from '../../../domain/action-command.js';
import type { DrAction } from '../../../domain/dr-action.js';
import { ProviderError } from '../../provider-error.js';
import type { SdrsBaseline } from './sdrs.baseline.js';
import type { SdrsClient } from '../wire/sdrs.client.js';
import { listOf, textOf, timeOf } from '../wire/sdrs.fields.js';
import type { WireFailureJob } from '../wire/sdrs.wire.js';

interface FailureName {
  /** As section 3.9 enumerates them; null = there is none for this action, and the job's type tells. */
  status: string | null;
  jobType?: RegExp;
  /** Whether it is listed inside the group, or among those of groups themselves. */
  insideGroup: boolean;
}

const ofGroup = (status: string): FailureName => ({ status, insideGroup: false });
const inside = (status: string): FailureName => ({ status, insideGroup: true });

/** How the task center names an action's failure (section 3.9). What is done at once cannot fail later. */
const FAILURE_OF: Readonly<Partial<Record<DrAction, FailureName>>> = {
  CREATE_PROTECTION_GROUP: ofGroup('createFail'),
  DELETE_PROTECTION_GROUP: ofGroup('deleteFail'),
  ENABLE_PROTECTION: ofGroup('startFail'),
  DISABLE_PROTECTION: ofGroup('stopFail'),
  PLANNED_FAILOVER: ofGroup('reverseFail'),
  FAILOVER: ofGroup('failoverFail'),
  REPROTECT: ofGroup('reprotectFail'),
  START_DRILL: inside('createFail'),
  CLEAN_UP_DRILL: inside('deleteFail'),
  ADD_PROTECTED_INSTANCE: inside('createFail'),
  REMOVE_PROTECTED_INSTANCE: inside('deleteFail'),
  RESIZE_PROTECTED_INSTANCE: inside('resizeFail'),
  ADD_NETWORK_INTERFACE: { status: null, jobType: /addNic/i, insideGroup: true },
  REMOVE_NETWORK_INTERFACE: { status: null, jobType: /deleteNic/i, insideGroup: true },
  CREATE_REPLICATION_PAIR: inside('createFail'),
  DELETE_REPLICATION_PAIR: inside('deleteFail'),
  EXPAND_REPLICATION_PAIR: inside('expandFail'),
  ATTACH_REPLICATION_PAIR: inside('attachFail'),
  DETACH_REPLICATION_PAIR: inside('detachFail'),
};

/** What a failure must be about: an id where there was one, else the name that was asked for. */
export type FailureSubject = { id: string; orId?: string } | { name: string; resourceType: RegExp };

export const NEW_GROUP = /group/i;
export const NEW_DRILL = /drill/i;
export const NEW_INSTANCE = /instance/i;
export const NEW_PAIR = /replication/i;

const CLOCK_TOLERANCE_MS = 5_000;

/** Those there are already, for the baseline; null = the task center cannot be read: then times decide later. */
export async function knownFailures(
  client: SdrsClient,
  command: ActionCommand,
  subject: FailureSubject,
  signal: AbortSignal,
): Promise<string[] | null> {
  try {
    return (await failuresNow(client, command, subject, signal)).map((job) => job.job_id ?? '');
  } catch (error) {
    if (error instanceof ProviderError && !signal.aborted) return null;
    throw error;
  }
}

/**
 * Failures of this action on this subject that were not there before. Times are compared only where nothing better
 * was kept. A task center that is closed to us tells nothing.
 */
export async function newFailures(
  client: SdrsClient,
  sent: { command: ActionCommand; sentTime: string },
  baseline: SdrsBaseline,
  subject: FailureSubject,
  signal: AbortSignal,
): Promise<string[]> {
  const known = baseline.failureJobIds;
  const earliest = Date.parse(sent.sentTime) - CLOCK_TOLERANCE_MS;
  try {
    const failures = await failuresNow(client, sent.command, subject, signal);
    return failures
      .filter((job) =>
        known ? !known.includes(job.job_id ?? '') : Date.parse(timeOf(job.begin_time) ?? '') >= earliest,
      )
      .map((job) => job.job_id ?? '');
  } catch (error) {
    if (error instanceof ProviderError && error.retry === 'PERMANENT') return [];
    throw error;
  }
}

/** The documented example contradicts its own enums (quirk 17): resource types are compared loosely. */
async function failuresNow(
  client: SdrsClient,
  { action, targetNativeId }: ActionCommand,
  subject: FailureSubject,
  signal: AbortSignal,
): Promise<WireFailureJob[]> {
  const failure = FAILURE_OF[action];
  if (!failure) return [];
  const jobs = await client.listFailureJobs(failure.insideGroup ? targetNativeId : null, signal);
  return listOf(jobs).filter(
    (job) =>
      (failure.status === null || job.failure_status === failure.status) &&
      (failure.jobType === undefined || failure.jobType.test(job.job_type ?? '')) &&
      textOf(job.job_id) !== null &&
      ('id' in subject
        ? job.resource_id === subject.id || (subject.orId !== undefined && job.resource_id === subject.orId)
        : job.resource_name === subject.name && subject.resourceType.test(job.resource_type ?? '')),
  );
}
