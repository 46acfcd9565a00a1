import { recordRun } from './history.js';
import { moref, nextNumber } from './ids.js';
import { followGroups, hasUnprotectedVm, neighbours } from './plan-status.js';
import { connected, groupsOf, vmsOf } from './sites.js';
import { leavesOf } from './steps.js';
import { endTask, taskById, type TaskEnd } from './tasks.js';
import { PLAN_MACHINE, TRACES, type Ending } from './transitions.js';
import type { Doom, Run, RunOptions } from './run-state.js';
import { otherSite, type Group, type Plan, type SrmSim, type Vm, type World } from './world.js';

interface Outcome {
  ending: Ending;
  warnings: string[];
  errors: string[];
}

/** A run is over: what it leaves on the plan, its groups, its VMs, its neighbours, and in the books. */
export function endRun(sim: SrmSim, plan: Plan, run: Run, reached: Ending): void {
  const world = sim.state;
  plan.run = null;
  if (reached === 'failed' && run.doom?.how === 'early') return takeBack(sim, plan, run);

  const outcome = judge(world, plan, run, reached);
  plan.lastSteps[run.action] = run.steps;
  leaveTraces(world, plan, run, outcome);
  plan.status = statusAfter(world, run, outcome.ending);
  if (outcome.ending === 'succeeded' && (run.action === 'cleanup' || run.action === 'reprotect')) {
    plan.lastSteps = {};
    if (run.action === 'reprotect') turnRound(world, plan, run);
  }
  for (const other of neighbours(world, plan)) {
    if (!other.run && run.action !== 'test' && run.action !== 'cleanup') followGroups(world, other);
  }
  recordRun(sim, plan, run, outcome.ending, outcome.errors, outcome.warnings);
  const task = taskById(sim, run.taskId);
  if (task) endTask(sim, task, taskEnd(run, outcome));
}

/** With `forced`, errors of a cleanup or reprotect count as warnings (srm reference 4.1). */
function judge(world: World, plan: Plan, run: Run, reached: Ending): Outcome {
  const warnings: string[] = [];
  const errors: string[] = [];
  const said = run.doom ? `${run.doom.message} ${run.doom.details}`.trim() : 'The run did not finish.';
  const forgiven = reached === 'failed' && run.options.forced === true;
  if (forgiven) warnings.push(said);
  else if (reached === 'failed') errors.push(said);
  else if (reached === 'interrupted') errors.push('The server stopped during the run.');
  else if (reached === 'succeeded' && run.doom?.how === 'vm') errors.push(said);
  if (hasUnprotectedVm(world, plan)) warnings.push('A virtual machine of the plan is not protected.');
  return { ending: forgiven ? 'succeeded' : reached, warnings, errors };
}

function leaveTraces(world: World, plan: Plan, run: Run, outcome: Outcome): void {
  const { phase, vm: word } = TRACES[run.action][outcome.ending];
  const vms: Vm[] = [];
  for (const group of worked(world, run)) {
    group.phase = phase;
    vms.push(...vmsOf(world, group));
  }
  for (const vm of vms) vm.run = vmAfter(vm, run, outcome.ending, word);
  const [first] = vms;
  if (first && outcome.ending === 'failed') first.run = word;
  if (first && outcome.ending === 'succeeded' && run.doom?.how === 'vm')
    trouble(first, run, run.doom.message);
}

/** In a failed test or recovery, a VM whose step was finished did come up. */
function vmAfter(vm: Vm, run: Run, ending: Ending, word: string): string {
  if (run.action === 'recovery' && vm.protection !== 'OK') return 'RECOVERY_INCOMPLETE';
  if (ending !== 'failed' || run.action === 'cleanup' || run.action === 'reprotect') return word;
  const step = leavesOf(run.steps).findLast((each) => each.vmName === vm.name);
  const finished = step?.status === 'SUCCESS' || step?.status === 'ALREADY_DONE';
  return finished ? TRACES[run.action].succeeded.vm : word;
}

/** One VM has errors although the run succeeds; a cleanup or reprotect leaves no trace of that. */
function trouble(vm: Vm, run: Run, message: string): void {
  if (run.action === 'test') vm.run = 'TEST_ERROR';
  if (run.action === 'recovery') vm.run = 'RECOVERY_ERROR';
  for (const step of run.steps) if (step.vmName === vm.name) step.errors.push(message);
}

const worked = (world: World, run: Run): Group[] =>
  world.groups.filter((group) => run.groupIds.includes(group.id));

function statusAfter(world: World, run: Run, ending: Ending): string {
  if (run.action !== 'recovery') return PLAN_MACHINE[run.action].ends[ending];
  if (ending === 'failed' && run.before.status === 'DISASTER_RECOVERY_COMPLETE')
    return 'RECOVERY_SPLIT_BRAIN';
  const whole = protectedSiteTakesPart(world, run.options, run.doom);
  if (ending === 'succeeded' && !whole) return 'DISASTER_RECOVERY_COMPLETE';
  return PLAN_MACHINE.recovery.ends[ending];
}

/** A forced recovery (`skip_protection_site_operations`) counts only for an unplanned one (4.1). */
export function protectedSiteTakesPart(world: World, options: RunOptions, doom: Doom | null): boolean {
  if (options.planned_failover) return doom?.how !== 'disaster';
  return connected(world) && !options.skip_protection_site_operations && doom?.how !== 'disaster';
}

/**
 * After a good reprotect the pair fields swap on the plan and its groups; the protected VM is now the
 * one at the other vCenter, and a new placeholder stands where the old one was (srm reference 4.6).
 */
function turnRound(world: World, plan: Plan, run: Run): void {
  for (const group of worked(world, run)) {
    const left = group.protectedSite;
    group.protectedSite = otherSite(left);
    for (const vm of vmsOf(world, group)) {
      vm.at = otherSite(left);
      vm.ids[left] = moref('VirtualMachine', `vm-${nextNumber(world)}`, world.sites[left].vc.id);
      vm.managingPlanId = null;
      vm.protectionVersion += 1;
    }
  }
  const [first] = groupsOf(world, plan);
  plan.protectedSite = first ? first.protectedSite : otherSite(plan.protectedSite);
}

/** Refused before anything was made: everything is as before, only the task tells. */
function takeBack(sim: SrmSim, plan: Plan, run: Run): void {
  const world = sim.state;
  plan.status = run.before.status;
  for (const group of worked(world, run)) {
    group.phase = run.before.phases[group.id] ?? group.phase;
    for (const vm of vmsOf(world, group)) vm.run = run.before.vms[vm.name] ?? vm.run;
  }
  const task = taskById(sim, run.taskId);
  const { message, details } = run.doom ?? { message: '', details: '' };
  if (task) endTask(sim, task, { error: { message, details } });
}

function taskEnd(run: Run, { ending, errors }: Outcome): TaskEnd {
  if (ending === 'succeeded') return { result: null };
  if (ending === 'cancelled') return { cancelled: true };
  const { message, details } = run.doom ?? { message: errors[0] ?? '', details: '' };
  return { error: { message, details } };
}
