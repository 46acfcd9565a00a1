import { recordRun } from './history.js';
import { moref, nextNumber } from './ids.js';
import { followGroups, hasUnprotectedVm, neighbours } from './plan-status.js';
import { connected, groupsOf, vmsOf } from './sites.js';
import { leavesOf } from './steps.js';
import { endTask, taskById, type TaskEnd } from './tasks.js';
import { PLAN_MACHINE, TRACES, type Ending } from './transitions.js';
import {
  otherSite,
  type Doom,
  type Group,
  type Plan,
  type Run,
  type RunOptions,
  type SrmSim,
  type Vm,
  type World,
} from './world.js';

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
  const stepOf = (vm: Vm) => leavesOf(run.steps).find((step) => step.vmName === vm.name);
  for (const vm of vms) {
    const finished = ['SUCCESS', 'ALREADY_DONE'].includes(stepOf(vm)?.status ?? '');
    const mixed = outcome.ending === 'failed' && (run.action === 'test' || run.action === 'recovery');
    vm.run = mixed && finished ? TRACES[run.action].succeeded.vm : word;
    if (vm.protection !== 'OK' && run.action === 'recovery') vm.run = 'RECOVERY_INCOMPLETE';
  }
  const [first] = vms;
  if (first && outcome.ending === 'failed') first.run = word;
  if (first && outcome.ending === 'succeeded' && run.doom?.how === 'vm') {
    first.run = { test: 'TEST_ERROR', recovery: 'RECOVERY_ERROR', cleanup: word, reprotect: word }[
      run.action
    ];
    for (const step of run.steps.filter((each) => each.vmName === first.name))
      step.errors.push(run.doom.message);
  }
}

const worked = (world: World, run: Run): Group[] =>
  world.groups.filter((group) => run.groupIds.includes(group.id));

function statusAfter(world: World, run: Run, ending: Ending): string {
  if (run.action !== 'recovery') return PLAN_MACHINE[run.action].ends[ending];
  if (ending === 'failed' && run.before === 'DISASTER_RECOVERY_COMPLETE') return 'RECOVERY_SPLIT_BRAIN';
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
  plan.status = run.before;
  const before =
    run.before === 'TEST_COMPLETE' ? 'tested' : run.action === 'reprotect' ? 'recovered' : 'idle';
  for (const group of worked(world, run)) {
    group.phase = before;
    for (const vm of vmsOf(world, group)) {
      vm.run = { tested: 'TEST_SUCCEEDED', recovered: 'RECOVERY_SUCCEEDED', idle: 'READY_TO_RECOVER' }[
        before
      ];
    }
  }
  const task = taskById(sim, run.taskId);
  if (task && run.doom)
    endTask(sim, task, { error: { message: run.doom.message, details: run.doom.details } });
}

function taskEnd(run: Run, { ending, errors }: Outcome): TaskEnd {
  if (ending === 'succeeded') return { result: null };
  if (ending === 'cancelled') return { cancelled: true };
  const { message, details } = run.doom ?? { message: errors[0] ?? '', details: '' };
  return { error: { message, details } };
}
