import type { PlanCallout, Step } from './run-state.js';
import { planVms, recoverySite, vmId } from './sites.js';
import { STEP_LISTS, type StepTemplate } from './step-lists.js';
import type { Action } from './transitions.js';
import type { Plan, Vm, World } from './world.js';

/** All steps of a plan for one workflow, inactive. Only protected VMs have steps. */
export function buildSteps(world: World, plan: Plan, mode: Action): Step[] {
  const vms = planVms(world, plan).filter((vm) => vm.protection === 'OK');
  const list = new StepList(world.sites[recoverySite(plan)].srm.id);
  const callouts = plan.callouts.filter((callout) => callout.mode === mode);
  callouts.sort((one, other) => one.position - other.position);
  for (const template of STEP_LISTS[mode]) {
    list.addCallouts(takeDue(callouts, list.length), template.position);
    list.addGenerated(template, vmsFor(template, vms));
  }
  list.addCallouts(callouts, 'AT_END');
  return list.steps;
}

/** The callouts whose place has come, taken out of the list; each one moves the place on by one. */
function takeDue(callouts: PlanCallout[], place: number): PlanCallout[] {
  const due: PlanCallout[] = [];
  while (callouts[0] && callouts[0].position <= place + due.length) due.push(...callouts.splice(0, 1));
  return due;
}

function vmsFor(template: StepTemplate, vms: Vm[]): Vm[] {
  if (!template.vms) return [];
  return vms.filter((vm) => template.vms === 'all' || vm.recovery.priority === template.vms);
}

class StepList {
  readonly steps: Step[] = [];
  /** How many steps stand at the top level. */
  length = 0;

  constructor(private readonly server: string) {}

  /** A step of the product's own, with one child for each of its VMs. */
  addGenerated(template: StepTemplate, vms: Vm[]): void {
    const atProtectedSite = template.atProtectedSite === true;
    const position = { index: 0, word: template.position };
    const parent = this.addTop(template.title, { position, atProtectedSite });
    for (const vm of vms) {
      parent.children += 1;
      this.add(vm.name, {
        number: `${parent.number}.${parent.children}`,
        depth: 1,
        parent: parent.id,
        vmName: vm.name,
        referred: vmId(vm),
        atProtectedSite,
      });
    }
  }

  /** Commands and prompts somebody has inserted before a step. */
  addCallouts(callouts: PlanCallout[], word: string): void {
    callouts.forEach((callout, index) => {
      const prompt = callout.type === 'PROMPT' ? callout.content : null;
      this.addTop(callout.name, { calloutId: callout.id, prompt, position: { index, word } });
    });
  }

  private addTop(title: string, more: Partial<Step>): Step {
    this.length += 1;
    return this.add(title, { number: String(this.length), ...more });
  }

  private add(title: string, more: Partial<Step>): Step {
    const step: Step = {
      id: this.steps.length + 1,
      title,
      number: '',
      depth: 0,
      parent: null,
      children: 0,
      status: 'INACTIVE',
      start: null,
      finish: null,
      warnings: [],
      errors: [],
      vmName: null,
      calloutId: null,
      prompt: null,
      position: null,
      atProtectedSite: false,
      referred: this.server,
      ...more,
    };
    this.steps.push(step);
    return step;
  }
}
