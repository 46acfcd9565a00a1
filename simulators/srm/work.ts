import { Conflict } from './errors.js';
import { folderEffects } from './folders-work.js';
import { groupEffects, groupUndo } from './groups-work.js';
import { historyEffects } from './history.js';
import { mappingEffects } from './mappings-work.js';
import { planEffects, planUndo } from './plans-work.js';
import { endTask, openTask, scaled, startTask, taskById, type NewTask } from './tasks.js';
import type { Doom } from './run-state.js';
import type { SrmSim, Task, WaitingEffect } from './world.js';

/** What a finished task does to the world: a name and plain data, so that it can wait in a saved world. */
export interface Effect extends WaitingEffect {
  kind: EffectKind;
}

const EFFECTS = {
  ...groupEffects,
  ...planEffects,
  ...folderEffects,
  ...mappingEffects,
  ...historyEffects,
  nothing: () => null,
};

const UNDO: Partial<Record<EffectKind, unknown>> = { ...groupUndo, ...planUndo };

type EffectKind = keyof typeof EFFECTS;

interface NewWork extends NewTask {
  effect: Effect;
  /** What is worked on, for the ledger of executions; null = only a question (history). */
  target: string | null;
}

/** Accepts a piece of work that is done in one go: QUEUED, RUNNING, then its effect. */
export function beginWork(sim: SrmSim, work: NewWork): Task {
  const task = openTask(sim, { ...work, doom: takeDoom(sim, work.kind, work.entity ?? null) });
  if (work.target !== null) sim.executed(work.kind, work.target, task.id);
  sim.schedule(sim.settings.taskQueuedMs, 'task.start', { taskId: task.id });
  return task;
}

/** A task for something refused: what a server does that finds out only when it starts (6.3). */
export function beginRefusal(sim: SrmSim, spec: NewTask, why: Conflict): Task {
  const doom: Doom = { action: null, planId: null, how: 'early', message: why.message, details: why.code };
  const task = openTask(sim, { ...spec, effect: { kind: 'nothing', payload: {} }, doom });
  sim.schedule(sim.settings.taskQueuedMs, 'task.start', { taskId: task.id });
  return task;
}

export function workStarts(sim: SrmSim, taskId: unknown): void {
  const task = taskById(sim, taskId);
  if (!task?.effect) return;
  startTask(sim, task);
  sim.schedule(scaled(sim, sim.settings.durationsMs.other / 2), 'task.middle', { taskId });
}

export function workIsHalfDone(sim: SrmSim, taskId: unknown): void {
  const task = taskById(sim, taskId);
  if (!task) return;
  task.progress = 50;
  if (task.stuck) return;
  sim.schedule(scaled(sim, sim.settings.durationsMs.other / 2), 'task.end', { taskId });
}

export function workEnds(sim: SrmSim, taskId: unknown): void {
  const task = taskById(sim, taskId);
  if (!task?.effect) return;
  if (task.doom && task.doom.how !== 'stuck') {
    const putBack = UNDO[task.effect.kind as EffectKind] as
      ((sim: SrmSim, payload: object) => void) | undefined;
    putBack?.(sim, task.effect.payload);
    endTask(sim, task, { error: { message: task.doom.message, details: task.doom.details } });
    return;
  }
  const carryOut = EFFECTS[task.effect.kind as EffectKind] as (sim: SrmSim, payload: object) => unknown;
  try {
    endTask(sim, task, { result: carryOut(sim, task.effect.payload) });
  } catch (why) {
    if (!(why instanceof Conflict)) throw why;
    endTask(sim, task, { error: { message: why.message, details: why.code } });
  }
}

/** Lets stuck work go on; work that has not got stuck yet never will. */
export function releaseWork(sim: SrmSim, task: Task): void {
  const moving = sim.pending().some(({ payload }) => payload.taskId === task.id);
  task.stuck = false;
  if (!moving) workIsHalfDone(sim, task.id);
}

/** The waiting misfortune that fits this work, if any. It strikes once. */
export function takeDoom(sim: SrmSim, action: string, planId: string | null): Doom | null {
  const { dooms } = sim.state;
  const index = dooms.findIndex(
    (doom) =>
      (doom.action === null || doom.action === action) && (doom.planId === null || doom.planId === planId),
  );
  return index < 0 ? null : (dooms.splice(index, 1)[0] ?? null);
}
