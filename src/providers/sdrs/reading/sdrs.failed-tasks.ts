import { publicId } from '../../../domain/ids.js';
import type { FailedTask } from '../../../domain/site-facts.js';
import { shownText } from '../../../domain/shown-text.js';
import { textOf, timeOf } from '../wire/sdrs.fields.js';
import type { WireFailureJob } from '../wire/sdrs.wire.js';

/** Where a failed task is listed, and which it is there. */
export interface TaskAddress {
  /** null = among those of groups themselves. */
  groupId: string | null;
  key: string;
}

export function keyOf(task: WireFailureJob): string {
  return textOf(task.job_id) ?? textOf(task.resource_id) ?? '';
}

/** An id that leads back to the list it is on: tasks inside a group are listed with the group only (section 3.9). */
export function taskIdOf({ groupId, key }: TaskAddress): string {
  return groupId === null ? key : `${groupId}_${key}`;
}

/** Upstream ids hold no underscore. */
export function taskAddressOf(id: string): TaskAddress {
  const bar = id.indexOf('_');
  return bar < 0 ? { groupId: null, key: id } : { groupId: id.slice(0, bar), key: id.slice(bar + 1) };
}

/**
 * What the path of #43 names: the documented example is the `resource_id` of the list's (quirk 17), though the
 * parameter is called a job's id.
 */
export function clearedBy(task: WireFailureJob): string {
  return textOf(task.resource_id) ?? keyOf(task);
}

export function toFailedTask(siteId: string, groupId: string | null, task: WireFailureJob): FailedTask {
  const reason = textOf(task.fail_reason);
  return {
    id: taskIdOf({ groupId, key: keyOf(task) }),
    jobId: textOf(task.job_id),
    protectionGroupId: groupId === null ? null : publicId(siteId, groupId),
    resourceId: textOf(task.resource_id),
    resourceName: textOf(task.resource_name),
    resourceType: textOf(task.resource_type),
    what: textOf(task.failure_status),
    code: textOf(task.error_code),
    message: reason === null ? null : shownText(reason.replace(/^\w+-fail:\s*/i, '')),
    time: timeOf(task.begin_time),
  };
}
