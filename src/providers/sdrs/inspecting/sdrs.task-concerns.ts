import { publicId } from '../../../domain/ids.js';
import type { Concern } from '../../../domain/site-finding.js';
import type { FailedTask } from '../../../domain/site-facts.js';
import { toFailedTask } from '../reading/sdrs.failed-tasks.js';
import { textOf } from '../wire/sdrs.fields.js';
import type { WireFailureJob, WireGroup } from '../wire/sdrs.wire.js';

/** The failures of groups that nobody has cleared: one concern for each group, one for groups that are no more. */
export function taskConcerns(
  siteId: string,
  groups: ReadonlyMap<string, WireGroup>,
  failures: readonly WireFailureJob[],
): Concern[] {
  const byGroup = new Map<string | null, FailedTask[]>();
  for (const failure of failures) {
    const id = textOf(failure.resource_id);
    const groupId = id !== null && groups.has(id) ? id : null;
    byGroup.set(groupId, [...(byGroup.get(groupId) ?? []), toFailedTask(siteId, null, failure)]);
  }
  return [...byGroup].map(([groupId, tasks]) => concernOf(siteId, groups.get(groupId ?? '') ?? null, tasks));
}

function concernOf(siteId: string, group: WireGroup | null, tasks: readonly FailedTask[]): Concern {
  const oldestFirst = [...tasks].sort((one, other) => (one.time ?? '').localeCompare(other.time ?? ''));
  const name = group ? (textOf(group.name) ?? group.id) : 'groups that are no more';
  const newest = oldestFirst.at(-1);
  const many = tasks.length === 1 ? 'A task' : `${tasks.length} tasks, the last of them`;
  const words = [newest?.what, newest?.code, newest?.message].filter((word) => word != null).join(', ');
  return {
    type: 'FAILED_TASKS',
    severity: 'WARNING',
    target: group
      ? { type: 'PROTECTION_GROUP', id: publicId(siteId, group.id), name }
      : { type: 'SITE', id: siteId, name: siteId },
    detailKey: '',
    text: `${many} of ${name} failed (${words || 'no reason given'}) and ${tasks.length === 1 ? 'is' : 'are'} not cleared.`,
    remedy: 'Find out why, run what failed again, and clear the failed tasks.',
    sinceTime: oldestFirst[0]?.time ?? null,
  };
}
