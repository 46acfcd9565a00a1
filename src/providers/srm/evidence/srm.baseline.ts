import type { WireList } from '../wire/srm.lists.js';
import { newestQueuedMs } from '../watching/srm.tasks.js';
import {
  epochMsOf,
  textOf,
  type WireGroup,
  type WireGroupVm,
  type WirePlan,
  type WireTask,
} from '../wire/srm.wire.js';

/** The appliance's tasks just before a send, by its own clock. */
export interface TaskMarks {
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
  /** The words of the machines; absent in older records. */
  vmWords?: Record<string, string>;
}

export interface CreateBaseline extends TaskMarks {
  kind: 'CREATE';
  /** Groups of the wanted name that were there before. */
  namesakeIds: string[];
}

/** One machine of a group, before something was done to it or it was taken in. */
export interface VmBaseline extends TaskMarks {
  kind: 'VM';
  vmId: string;
  /** null = it was not a member. */
  word: string | null;
  /** Of its protection settings; null = not read. */
  changeVersion: string | null;
}

export interface PlanCreateBaseline extends TaskMarks {
  kind: 'PLAN_CREATE';
  /** Plans of the wanted name that were there before. */
  namesakeIds: string[];
}

/** What can be read of a plan that a change may have changed. */
export interface PlanEditBaseline extends TaskMarks {
  kind: 'PLAN_EDIT';
  status: string;
  /** By the field of the call's body, as `srm.plan-shape.ts` reads them. */
  shape: Record<string, unknown>;
}

export interface SettingsBaseline extends TaskMarks {
  kind: 'SETTINGS';
  changeVersion: string | null;
  /** As the body of a change would word what is there now. */
  shape: Record<string, unknown>;
}

export interface StepsBaseline extends TaskMarks {
  kind: 'STEPS';
  /** Titles of the workflow's list. */
  titles: string[];
  /** Of the step that is changed; null = it is to be made. */
  title: string | null;
  callout: Record<string, unknown> | null;
}

export type PlanPartBaseline = PlanCreateBaseline | PlanEditBaseline | SettingsBaseline | StepsBaseline;
export type Baseline = PlanBaseline | GroupBaseline | CreateBaseline | VmBaseline | PlanPartBaseline;

const KINDS: readonly unknown[] = [
  ...(['PLAN', 'GROUP', 'CREATE', 'VM'] as const),
  ...(['PLAN_CREATE', 'PLAN_EDIT', 'SETTINGS', 'STEPS'] as const),
] satisfies Baseline['kind'][];

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
    vmWords: Object.fromEntries(vms.map((vm) => [vm.id, textOf(vm.protection_status_details?.status) ?? ''])),
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
    ...marksOfNothing(tasks),
  };
}

export function planCreateBaseline(
  name: string,
  plans: readonly WirePlan[],
  tasks: WireList<WireTask>,
): PlanCreateBaseline {
  return {
    kind: 'PLAN_CREATE',
    namesakeIds: plans.filter((plan) => plan.name === name).map((plan) => plan.id),
    ...marksOfNothing(tasks),
  };
}

/** null = the record holds none of ours. */
export function baselineIn(kept: unknown): Baseline | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const { kind, taskIds } = kept as { kind?: unknown; taskIds?: unknown };
  return KINDS.includes(kind) && Array.isArray(taskIds) ? (kept as Baseline) : null;
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

/** For what has no target yet: those queued in the very last millisecond; any later one is new. */
function marksOfNothing(tasks: WireList<WireTask>): TaskMarks {
  const newest = newestQueuedMs(tasks.items);
  return {
    ...marksOf([], tasks),
    taskIds: tasks.items.filter((task) => epochMsOf(task.queued_time) === newest).map((task) => task.id),
  };
}

export function marksOf(entities: readonly string[], tasks: WireList<WireTask>): TaskMarks {
  return {
    taskIds: tasks.items.filter((task) => entities.includes(task.entity ?? '')).map((task) => task.id),
    newestQueuedMs: newestQueuedMs(tasks.items),
    upstreamMs: tasks.upstreamMs,
  };
}
