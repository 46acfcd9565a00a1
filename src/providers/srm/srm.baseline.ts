import type { WireList } from './srm.lists.js';
import { newestQueuedMs } from './srm.tasks.js';
import {
  epochMsOf,
  textOf,
  type WireGroup,
  type WireGroupVm,
  type WirePlan,
  type WireTask,
} from './srm.wire.js';

/** The appliance's tasks just before a send, by its own clock. */
interface TaskMarks {
  /** Tasks on the target that were there before. */
  taskIds: string[];
  newestQueuedMs: number | null;
  /** From the `Date` header, whole seconds. */
  upstreamMs: number | null;
}

export interface PlanBaseline extends TaskMarks {
  kind: 'PLAN';
  status: string;
  protectedVcGuid: string | null;
  recoveryVcGuid: string | null;
}

export interface GroupBaseline extends TaskMarks {
  kind: 'GROUP';
  status: string;
  name: string | null;
  description: string | null;
  vmIds: string[];
}

export interface CreateBaseline extends TaskMarks {
  kind: 'CREATE';
  /** Groups of the wanted name that were there before. */
  namesakeIds: string[];
}

export type Baseline = PlanBaseline | GroupBaseline | CreateBaseline;

export function planBaseline(plan: WirePlan, tasks: WireList<WireTask>): PlanBaseline {
  return {
    kind: 'PLAN',
    status: textOf(plan.status) ?? '',
    protectedVcGuid: textOf(plan.protected_vc_guid),
    recoveryVcGuid: textOf(plan.recovery_vc_guid),
    ...marksOf([plan.id], tasks),
  };
}

export function groupBaseline(
  group: WireGroup,
  vms: readonly WireGroupVm[],
  tasks: WireList<WireTask>,
): GroupBaseline {
  const vmIds = vms.map((vm) => vm.id);
  return {
    kind: 'GROUP',
    status: textOf(group.status) ?? '',
    name: textOf(group.name),
    description: textOf(group.description),
    vmIds,
    ...marksOf([group.id, ...vmIds], tasks),
  };
}

export function createBaseline(
  name: string,
  groups: readonly WireGroup[],
  tasks: WireList<WireTask>,
): CreateBaseline {
  return {
    kind: 'CREATE',
    namesakeIds: groups.filter((group) => group.name === name).map((group) => group.id),
    ...marksOf([], tasks),
    // Those queued in the very last millisecond: any later one is new.
    taskIds: tasks.items
      .filter((task) => epochMsOf(task.queued_time) === newestQueuedMs(tasks.items))
      .map((t) => t.id),
  };
}

/** null = the record holds none of ours. */
export function baselineIn(kept: unknown): Baseline | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const { kind, taskIds } = kept as { kind?: unknown; taskIds?: unknown };
  return (kind === 'PLAN' || kind === 'GROUP' || kind === 'CREATE') && Array.isArray(taskIds)
    ? (kept as Baseline)
    : null;
}

/**
 * Whether a task came after the baseline, by the appliance's clock alone: the newest time of its list where
 * there was one, else its `Date` header, which drops the milliseconds.
 */
export function isNewSince(task: WireTask, marks: TaskMarks): boolean {
  if (marks.taskIds.includes(task.id)) return false;
  const queuedMs = epochMsOf(task.queued_time);
  const since = marks.newestQueuedMs ?? marks.upstreamMs;
  return queuedMs === null || since === null || queuedMs >= since;
}

function marksOf(entities: readonly string[], tasks: WireList<WireTask>): TaskMarks {
  return {
    taskIds: tasks.items.filter((task) => entities.includes(task.entity ?? '')).map((task) => task.id),
    newestQueuedMs: newestQueuedMs(tasks.items),
    upstreamMs: tasks.upstreamMs,
  };
}
