import { Conflict } from './errors.js';
import { nextNumber } from './ids.js';
import { followGroups } from './plan-status.js';
import type { PlanCallout } from './run-state.js';
import type { Plan, SiteKey, SrmSim, VmRecovery, World } from './world.js';

export interface PlanEdit {
  planId: string;
  name: string | null;
  description: string | null;
  protectedSite: SiteKey | null;
  groupIds: string[] | null;
  testNetworks: Plan['testNetworks'] | null;
  vmsToSuspend: string[] | null;
}

/** What the tasks of plans do when they end well. */
export const planEffects = {
  'create-plan': ({ state: world }: SrmSim, { plan }: { plan: Plan }) => {
    checkPlanName(world, plan.name, plan.location, null);
    world.plans.push(plan);
    followGroups(world, plan);
    return plan.id;
  },

  /** null = leave as is (srm reference 3.7). */
  'edit-plan': ({ state: world }: SrmSim, edit: PlanEdit) => {
    const plan = findPlan(world, edit.planId);
    plan.name = edit.name ?? plan.name;
    plan.description = edit.description ?? plan.description;
    plan.protectedSite = edit.protectedSite ?? plan.protectedSite;
    plan.testNetworks = edit.testNetworks ?? plan.testNetworks;
    plan.vmsToSuspend = edit.vmsToSuspend ?? plan.vmsToSuspend;
    if (edit.groupIds !== null) {
      plan.groupIds = edit.groupIds;
      plan.pinned = null;
      followGroups(world, plan);
    }
    return null;
  },

  'delete-plan': ({ state: world }: SrmSim, { planId }: { planId: string }) => {
    world.plans = world.plans.filter((plan) => plan.id !== planId);
    return null;
  },

  'vm-recovery': ({ state: world }: SrmSim, { vm, change }: { vm: string; change: Partial<VmRecovery> }) => {
    const found = world.vms.find((each) => each.name === vm);
    if (!found) throw new Conflict('InvalidArgument', `There is no virtual machine '${vm}'.`);
    Object.assign(found.recovery, change, { version: found.recovery.version + 1 });
    return null;
  },

  'add-callout': (
    { state: world }: SrmSim,
    { planId, callout }: { planId: string; callout: PlanCallout },
  ) => {
    addCallout(world, findPlan(world, planId), callout);
    return null;
  },

  'edit-callout': (
    { state: world }: SrmSim,
    { planId, callout }: { planId: string; callout: PlanCallout },
  ) => {
    const plan = findPlan(world, planId);
    plan.callouts = plan.callouts.map((each) => (each.id === callout.id ? callout : each));
    return null;
  },

  'delete-callout': ({ state: world }: SrmSim, { planId, id }: { planId: string; id: string }) => {
    const plan = findPlan(world, planId);
    plan.callouts = plan.callouts.filter((callout) => callout.id !== id);
    return null;
  },
};

export const planUndo = {
  'delete-plan': ({ state: world }: SrmSim, { planId }: { planId: string }) => {
    findPlan(world, planId).deleting = false;
  },
};

export function checkPlanName(world: World, name: string, location: string, self: Plan | null): void {
  const taken = world.plans.some((plan) => plan !== self && plan.name === name && plan.location === location);
  if (taken) throw new Conflict('DuplicateName', `A recovery plan '${name}' exists already.`);
}

export function addCallout(world: World, plan: Plan, callout: Omit<PlanCallout, 'id'>): void {
  plan.callouts.push({ ...callout, id: `callout-${nextNumber(world)}` });
}

function findPlan(world: World, id: string): Plan {
  const plan = world.plans.find((each) => each.id === id);
  if (!plan) throw new Conflict('InvalidArgument', 'The recovery plan is gone.');
  return plan;
}
