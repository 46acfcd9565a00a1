import type { ActionCommand } from '../../../../src/domain/action-command.js';
import type { Finding } from '../../../../src/domain/observation.js';
import type { SentCall } from '../../../../src/providers/provider-driver.js';
import { jobKindOf } from './tidewater.calls.js';
import { tidewaterDescriptor } from './tidewater.descriptor.js';
import type { WireGroup, WireJob } from './tidewater.wire.js';

/** How things stood before the send. */
export interface Baseline {
  /** The target; null = it is still to be founded. */
  group: Pick<WireGroup, 'title' | 'note' | 'phase' | 'moored'> | null;
  /** Jobs on the target that were known then. */
  jobIds: string[];
  /** Groups that bore the wished title already. */
  namesakes: string[];
}

export interface World {
  jobs: readonly WireJob[];
  groups: readonly WireGroup[];
}

export function baselineOf(command: ActionCommand, target: WireGroup | null, world: World): Baseline {
  const { jobs, groups } = world;
  return {
    group: target && { title: target.title, note: target.note, phase: target.phase, moored: target.moored },
    jobIds: jobs.filter(({ group }) => group === target?.id).map(({ id }) => id),
    namesakes: groups.filter(({ title }) => title === command.group?.name).map(({ id }) => id),
  };
}

/** The group that a creation has made; null = none, or more than one that might be it. */
export function founded(command: ActionCommand, baseline: Baseline, { groups }: World): WireGroup | null {
  const young = groups.filter(
    ({ id, title }) => title === command.group?.name && !baseline.namesakes.includes(id),
  );
  return young.length === 1 ? (young[0] ?? null) : null;
}

/** One new job of the right kind is proof, two are none; of a forgotten one only its good end can speak. */
export function evidenceFor({ command, baseline: kept }: SentCall, world: World): Finding {
  const baseline = kept as Baseline;
  const target = command.targetNativeId ?? founded(command, baseline, world)?.id ?? null;
  const group = world.groups.find(({ id }) => id === target) ?? null;
  const kind = jobKindOf(command.action);
  if (kind === null) return evidenceOfRename(command, baseline, group);
  const young = world.jobs.filter((job) => job.group === target && !baseline.jobIds.includes(job.id));
  const [job, another] = young.filter((candidate) => candidate.kind === kind);
  if (job && another) return { verdict: 'UNDECIDABLE', evidence: 'several such jobs have begun since' };
  if (job)
    return { verdict: 'STARTED', ref: { jobIds: [job.id] }, evidence: `job ${job.id} has begun since` };
  if (young.length > 0 || !hasArrived(command, baseline, group)) {
    return { verdict: 'NOT_SEEN', evidence: 'no such job has begun since' };
  }
  const evidence = group ? `the group has become ${group.phase}` : 'the group is gone';
  return { verdict: 'STARTED', ref: { jobIds: [] }, evidence };
}

function evidenceOfRename({ changes }: ActionCommand, before: Baseline, group: WireGroup | null): Finding {
  const { name: title = before.group?.title, description: note = before.group?.note } = changes ?? {};
  const isSo = group?.title === title && (group?.note ?? null) === note;
  const wasSo = before.group?.title === title && before.group?.note === note;
  if (isSo && wasSo) return { verdict: 'UNDECIDABLE', evidence: 'it was so before' };
  return isSo
    ? { verdict: 'STARTED', ref: { jobIds: [] }, evidence: 'the group is as it was to become' }
    : { verdict: 'NOT_SEEN', evidence: 'the group is as it was' };
}

function hasArrived({ action }: ActionCommand, { group: before }: Baseline, now: WireGroup | null): boolean {
  const row = tidewaterDescriptor.lifecycle.actions[action];
  if (!row || row.to === 'ANY') return false;
  if (row.to === 'GONE' || !now) return row.to === 'GONE' && !now;
  if (!row.to.includes(now.phase)) return false;
  return row.flipsActiveSite ? now.moored !== before?.moored : now.phase !== before?.phase;
}
