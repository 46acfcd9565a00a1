import { buildSteps } from './build-steps.js';
import { nextNumber } from './ids.js';
import { endRun, protectedSiteTakesPart } from './outcomes.js';
import { ownStatus } from './plan-status.js';
import { connected, groupsOf, vmsOf } from './sites.js';
import { frameSteps, leavesOf } from './steps.js';
import { openTask, scaled, startTask, taskById } from './tasks.js';
import { PLAN_MACHINE, TRACES, type Action } from './transitions.js';
import { takeDoom } from './work.js';
import type { Run, RunOptions, Step } from './run-state.js';
import type { Group, Plan, SiteKey, SrmSim, Task, World } from './world.js';

interface NewRun {
  action: Action;
  options: RunOptions;
  username: string;
  /** The appliance that was asked; the task is known there. */
  site: SiteKey;
}

/** The service accepts a run: from here on it goes by itself, step after step. */
export function beginRun(sim: SrmSim, plan: Plan, { action, options, username, site }: NewRun): Task {
  const world = sim.state;
  const doom = takeDoom(sim, action, plan.id);
  const task = openTask(sim, { kind: action, site, entity: plan.id, entityName: plan.name, doom });
  const steps = skipWhatIsDone(world, plan, action, buildSteps(world, plan, action));
  if (action === 'recovery' && !protectedSiteTakesPart(world, options, doom)) skipProtectedSite(steps);
  const groups = groupsToWorkOn(world, plan, action);
  const before = snapshotOf(world, plan, groups);
  plan.pinned = null;
  plan.run = {
    number: nextNumber(world),
    action,
    options,
    username,
    taskId: task.id,
    startedAt: sim.instant,
    groupIds: groups.map((group) => group.id),
    before,
    steps,
    cursor: -1,
    cancelled: false,
    stuck: doom?.how === 'stuck',
    doom,
    prompt: null,
  };
  markRunning(world, plan, plan.run, groups);
  sim.executed(action, plan.id, task.id);
  sim.schedule(sim.settings.taskQueuedMs, 'run.step', { planId: plan.id, run: plan.run.number });
  return task;
}

/** One step is over, or waited for: go on with the next. */
export function runGoesOn(sim: SrmSim, planId: unknown, runNumber: unknown): void {
  const plan = sim.state.plans.find((each) => each.id === planId);
  const run = plan?.run;
  if (!plan || run?.number !== runNumber || !run) return;
  const leaves = leavesOf(run.steps);
  const current = leaves[run.cursor];
  const next = leaves.findIndex((leaf, index) => index > run.cursor && leaf.status === 'INACTIVE');

  if (run.cursor < 0) begin(sim, run);
  if (run.cancelled && PLAN_MACHINE[run.action].cancellable && (run.prompt || run.stuck || next >= 0)) {
    if (current) closeStep(sim, run, current, run.prompt || run.stuck ? 'CANCELLED' : 'SUCCESS');
    return endRun(sim, plan, run, 'cancelled');
  }
  if (run.prompt) return;
  if (current) closeStep(sim, run, current, 'SUCCESS');
  if (next < 0) return endRun(sim, plan, run, 'succeeded');

  const leaf = leaves[next] as Step;
  const failure = failureNow(sim.state, plan, run, leaf, next >= Math.floor(leaves.length / 2));
  run.cursor = next;
  leaf.start = sim.instant;
  if (failure) {
    leaf.errors.push(failure);
    closeStep(sim, run, leaf, 'ERROR');
    run.doom ??= { action: null, planId: null, how: 'task', message: failure, details: leaf.title };
    return endRun(sim, plan, run, 'failed');
  }
  leaf.status = 'RUNNING';
  frameSteps(run.steps);
  showProgress(sim, run, leaves.length);
  if (leaf.prompt !== null) return raisePrompt(sim, run, leaf);
  if (run.stuck && run.cursor >= leaves.length / 2) return;
  sim.schedule(stepMs(sim, run.action, leaves), 'run.step', { planId, run: run.number });
}

export function dismissPrompt(sim: SrmSim, plan: Plan): void {
  if (!plan.run) return;
  plan.run.prompt = null;
  runGoesOn(sim, plan.id, plan.run.number);
}

/**
 * Asks a run to stop. Steps that cannot be stopped finish first (srm reference 4.1); cleanup and
 * reprotect take the request and complete all the same (4.4).
 */
export function cancelRun(sim: SrmSim, plan: Plan): void {
  const { run } = plan;
  if (!run || !PLAN_MACHINE[run.action].cancellable) return;
  run.cancelled = true;
  if (!run.prompt && !run.stuck) return;
  sim.schedule(scaled(sim, sim.settings.durationsMs.cancel), 'run.step', {
    planId: plan.id,
    run: run.number,
  });
}

function begin(sim: SrmSim, run: Run): void {
  const task = taskById(sim, run.taskId);
  if (task) startTask(sim, task);
}

function markRunning(world: World, plan: Plan, run: Run, groups: Group[]): void {
  const { phase, vm: word } = TRACES[run.action].running;
  for (const group of groups) {
    group.phase = phase;
    for (const vm of vmsOf(world, group)) {
      vm.run = word;
      vm.managingPlanId = plan.id;
    }
  }
}

function snapshotOf(world: World, plan: Plan, groups: Group[]): Run['before'] {
  const vms = groups.flatMap((group) => vmsOf(world, group));
  return {
    status: ownStatus(world, plan),
    phases: Object.fromEntries(groups.map((group) => [group.id, group.phase])),
    vms: Object.fromEntries(vms.map((vm) => [vm.name, vm.run])),
  };
}

/** A plan that is to mend what another plan left half done works on the rest only. */
function groupsToWorkOn(world: World, plan: Plan, action: Action): Group[] {
  const groups = groupsOf(world, plan);
  const done = { test: null, cleanup: null, recovery: 'recovered', reprotect: 'idle' }[action];
  const rest = groups.filter((group) => group.phase !== done);
  return rest.length > 0 ? rest : groups;
}

/** Steps that a run before has finished show ALREADY_DONE (srm reference 4.4). */
function skipWhatIsDone(world: World, plan: Plan, action: Action, steps: Step[]): Step[] {
  const repeats = ownStatus(world, plan) !== 'READY_STATE';
  const again = repeats && (action === 'recovery' || action === 'reprotect');
  const before = again ? (plan.lastSteps[action] ?? []) : [];
  const finished = new Set(before.filter((step) => isDone(step.status)).map(keyOf));
  const recovered = new Set(
    world.vms.filter((vm) => vm.run === 'RECOVERY_SUCCEEDED' && action === 'recovery').map((vm) => vm.name),
  );
  for (const step of leavesOf(steps)) {
    if (finished.has(keyOf(step)) || (step.vmName && recovered.has(step.vmName)))
      step.status = 'ALREADY_DONE';
  }
  frameSteps(steps);
  return steps;
}

function skipProtectedSite(steps: Step[]): void {
  for (const step of leavesOf(steps)) if (step.atProtectedSite) step.status = 'SKIPPED';
  frameSteps(steps);
}

const isDone = (status: string): boolean => ['SUCCESS', 'WARNING', 'ALREADY_DONE'].includes(status);

const keyOf = (step: Step): string => `${step.number} ${step.title}`;

/** Why the step about to start fails, or null. */
function failureNow(world: World, plan: Plan, run: Run, leaf: Step, halfWay: boolean): string | null {
  const { doom, action, options } = run;
  if (doom?.how === 'early' || (doom?.how === 'task' && halfWay)) return doom.message;
  const needsBoth =
    action === 'reprotect' ||
    (action === 'recovery' && options.planned_failover === true && leaf.atProtectedSite);
  if (needsBoth && !connected(world)) return `No connection to site ${world.sites[plan.protectedSite].name}.`;
  return null;
}

function raisePrompt(sim: SrmSim, run: Run, leaf: Step): void {
  run.prompt = {
    id: String(nextNumber(sim.state)),
    raisedAt: sim.instant,
    calloutId: leaf.calloutId ?? '',
    name: leaf.title,
    text: leaf.prompt ?? '',
  };
}

function closeStep(sim: SrmSim, run: Run, step: Step, status: string): void {
  step.status = status;
  step.finish = sim.instant;
  frameSteps(run.steps);
}

function showProgress(sim: SrmSim, run: Run, count: number): void {
  const task = taskById(sim, run.taskId);
  if (task) task.progress = Math.floor((100 * run.cursor) / count);
}

function stepMs(sim: SrmSim, action: Action, leaves: Step[]): number {
  return scaled(sim, sim.settings.durationsMs[action] / leaves.length);
}

/** Lets a run that is stuck go on; one that has not got stuck yet never will. */
export function releaseRun(sim: SrmSim, plan: Plan, run: Run): void {
  const moving = sim.pending().some(({ payload }) => payload.run === run.number);
  run.stuck = false;
  if (!moving) runGoesOn(sim, plan.id, run.number);
}

/** Takes a run through all that is left of it now, as far as it can go without a person. */
export function finishRun(sim: SrmSim, plan: Plan): void {
  const { run } = plan;
  if (!run) return;
  run.stuck = false;
  const itsOwn = ({ payload }: { payload: Record<string, unknown> }): boolean => payload.run === run.number;
  while (plan.run === run && !run.prompt) {
    sim.unschedule(itsOwn);
    runGoesOn(sim, plan.id, run.number);
  }
}

/** The server that carries out the runs dies: every run is interrupted (srm reference 4.1). */
export function interruptRuns(sim: SrmSim, planId: string | null): number {
  const struck = sim.state.plans.filter((plan) => plan.run && (planId === null || plan.id === planId));
  for (const plan of struck) {
    const run = plan.run as Run;
    const current = leavesOf(run.steps)[run.cursor];
    if (current) closeStep(sim, run, current, 'ERROR');
    endRun(sim, plan, run, 'interrupted');
  }
  return struck.length;
}
