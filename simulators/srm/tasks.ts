import { notFound } from './errors.js';
import { newTaskId } from './ids.js';
import type { Doom } from './run-state.js';
import type { SiteKey, SrmSim, Task, WaitingEffect } from './world.js';

/** The kinds of task, as the service words them. `description_id` values are inventions. */
export const TASK_KINDS: Record<string, string> = {
  test: 'Test',
  cleanup: 'Cleanup',
  recovery: 'Recovery',
  reprotect: 'Reprotect',
  'create-plan': 'Create Recovery Plan',
  'edit-plan': 'Edit Recovery Plan',
  'delete-plan': 'Delete Recovery Plan',
  'create-group': 'Create Protection Group',
  'edit-group': 'Edit Protection Group',
  'delete-group': 'Delete Protection Group',
  'protect-vm': 'Configure Protection',
  'unprotect-vm': 'Remove Protection',
  'remove-vm': 'Remove VM From Protection Group',
  'restore-placeholder': 'Restore Placeholder VM',
  'vm-recovery': 'Edit VM Recovery Settings',
  'create-folder': 'Create Folder',
  'rename-item': 'Rename Inventory Item',
  'move-item': 'Move Inventory Item',
  'delete-folder': 'Delete Folder',
  'add-callout': 'Add Step',
  'edit-callout': 'Edit Step',
  'delete-callout': 'Delete Step',
  'placeholder-datastores': 'Configure Placeholder Datastores',
  'suitable-datastores': 'Query Suitable Placeholder Datastores',
  pairing: 'Configure Pairing',
  history: 'Retrieve Recovery Plan History',
};

export interface NewTask {
  kind: string;
  site: SiteKey;
  entity?: string | null;
  entityName?: string | null;
  effect?: WaitingEffect;
  doom?: Doom | null;
}

/** A task begins QUEUED; it is known only at the appliance that was asked. */
export function openTask(sim: SrmSim, spec: NewTask): Task {
  const task: Task = {
    id: newTaskId(sim, sim.state.sites[spec.site].srm.id),
    site: spec.site,
    kind: spec.kind,
    entity: spec.entity ?? null,
    entityName: spec.entityName ?? null,
    status: 'QUEUED',
    progress: 0,
    queuedAt: sim.instant,
    startedAt: null,
    endedAt: null,
    error: null,
    result: null,
    effect: spec.effect ?? null,
    doom: spec.doom ?? null,
    stuck: spec.doom?.how === 'stuck',
    hidden: false,
  };
  sim.state.tasks.push(task);
  return task;
}

export function startTask(sim: SrmSim, task: Task): void {
  task.status = 'RUNNING';
  task.startedAt = sim.instant;
}

export type TaskEnd =
  { result: unknown } | { error: { message: string; details: string } } | { cancelled: true };

export function endTask(sim: SrmSim, task: Task, end: TaskEnd): void {
  task.endedAt = sim.instant;
  if ('result' in end) {
    task.status = 'SUCCESS';
    task.progress = 100;
    task.result = end.result;
  } else if ('error' in end) {
    task.status = 'ERROR';
    task.error = end.error;
  } else {
    task.status = 'CANCELLED';
  }
  sim.schedule(sim.settings.taskRetentionMs, 'task.forget', { taskId: task.id });
}

/** How long something takes in this world, in whole milliseconds: the wire has no others. */
export const scaled = (sim: SrmSim, ms: number): number => Math.round(ms * sim.settings.durationFactor);

export const taskById = (sim: SrmSim, id: unknown): Task | undefined =>
  sim.state.tasks.find((task) => task.id === id);

export function forgetTask(sim: SrmSim, id: unknown): void {
  sim.state.tasks = sim.state.tasks.filter((task) => task.id !== id);
}

export function hideTask(task: Task): void {
  task.hidden = true;
}

export function taskAt(sim: SrmSim, site: SiteKey, id: string | undefined): Task {
  const task = taskById(sim, id);
  if (!task || task.hidden || task.site !== site) throw notFound();
  return task;
}

/** v1 gives times as strings, v2 as integer milliseconds (srm reference 1.2). */
export const timeFor = (version: 1 | 2, at: number | null): number | string | null =>
  at === null || version === 2 ? at : new Date(at).toISOString();

/** `result` is there only on SUCCESS (srm reference 5). */
export function taskView(task: Task, version: 1 | 2): object {
  return {
    id: task.id,
    description: TASK_KINDS[task.kind] ?? task.kind,
    description_id: `com.vmware.vcDr.task.${task.kind}`,
    entity: task.entity,
    entity_name: task.entityName,
    status: task.status,
    error: task.error,
    ...(task.status === 'SUCCESS' ? { result: task.result } : {}),
    progress: task.progress,
    queued_time: timeFor(version, task.queuedAt),
    start_time: timeFor(version, task.startedAt),
    complete_time: timeFor(version, task.endedAt),
  };
}
