import { Conflict } from './errors.js';
import { followGroups } from './plan-status.js';
import { vmsOf } from './sites.js';
import { scaled } from './tasks.js';
import type { Group, SrmSim, Vm, World } from './world.js';

/** What the tasks of groups and their VMs do when they end well. */
export const groupEffects = {
  'create-group': (sim: SrmSim, { group, vms }: { group: Group; vms: string[] }) => {
    checkGroupName(sim.state, group.name, group.location, null);
    takeIn(sim.state, group, vms);
    sim.state.groups.push(group);
    sim.schedule(scaled(sim, sim.settings.groupSettleMs), 'group.ready', {
      groupId: group.id,
    });
    return group.id;
  },

  'edit-group': (
    sim: SrmSim,
    payload: { groupId: string; name: string; description: string | null; vms: string[] | null },
  ) => {
    const group = sim.state.groups.find((each) => each.id === payload.groupId);
    if (!group) throw new Conflict('ProtectionGroupNotFound', 'The group is gone.');
    group.name = payload.name;
    if (payload.description !== null) group.description = payload.description;
    if (payload.vms === null) return null;
    for (const vm of vmsOf(sim.state, group)) if (!payload.vms.includes(vm.name)) letGo(vm);
    takeIn(sim.state, group, payload.vms);
    return null;
  },

  'delete-group': ({ state: world }: SrmSim, { groupId }: { groupId: string }) => {
    world.vms.filter((vm) => vm.groupId === groupId).forEach(letGo);
    world.groups = world.groups.filter((group) => group.id !== groupId);
    for (const plan of world.plans.filter((each) => each.groupIds.includes(groupId))) {
      plan.groupIds = plan.groupIds.filter((id) => id !== groupId);
      followGroups(world, plan);
    }
    return null;
  },

  'protect-vm': (sim: SrmSim, { vm: name, mapped }: { vm: string; mapped: boolean }) => {
    const vm = vmNamed(sim.state, name);
    vm.mapped ||= mapped;
    vm.protectionVersion += 1;
    vm.protection = vm.mapped ? 'OK' : 'MISSING_MAPPING';
    if (!vm.mapped)
      throw new Conflict('MissingMapping', `'${name}' has no inventory mapping at the recovery site.`);
    return null;
  },

  'unprotect-vm': (sim: SrmSim, { vm: name }: { vm: string }) => {
    vmNamed(sim.state, name).protection = 'NOT_CONFIGURED';
    return null;
  },

  'remove-vm': (sim: SrmSim, { vm: name }: { vm: string }) => {
    letGo(vmNamed(sim.state, name));
    return null;
  },

  'restore-placeholder': (sim: SrmSim, { vm: name }: { vm: string }) => {
    vmNamed(sim.state, name).protection = 'OK';
    return null;
  },
};

/** A failed task leaves its VM as it was before it. */
export const groupUndo = {
  'protect-vm': putBack,
  'unprotect-vm': putBack,
  'remove-vm': putBack,
  'restore-placeholder': putBack,
};

function putBack(sim: SrmSim, { vm, was }: { vm: string; was: string }): void {
  vmNamed(sim.state, vm).protection = was;
}

/** A member is protected at once where inventory mappings cover it. */
function takeIn(world: World, group: Group, names: string[]): void {
  const vms = names.map((name) => vmNamed(world, name)).filter((vm) => vm.groupId !== group.id);
  const taken = vms.find((vm) => vm.groupId !== null);
  if (taken) throw new Conflict('GroupProtectionOverlapped', `'${taken.name}' is in another group.`);
  for (const vm of vms) {
    vm.groupId = group.id;
    vm.protection = vm.mapped ? 'OK' : 'MISSING_MAPPING';
  }
}

function letGo(vm: Vm): void {
  vm.groupId = null;
  vm.protection = 'NOT_CONFIGURED';
  vm.run = 'READY_TO_RECOVER';
  vm.managingPlanId = null;
}

function vmNamed(world: World, name: string): Vm {
  const vm = world.vms.find((each) => each.name === name);
  if (!vm) throw new Conflict('CannotProtectVm', `There is no virtual machine '${name}'.`);
  return vm;
}

/** Names are unique among siblings of one folder, not in the whole server (srm reference 3.7). */
export function checkGroupName(world: World, name: string, location: string, self: Group | null): void {
  const taken = world.groups.some(
    (group) => group !== self && group.name === name && group.location === location,
  );
  if (taken) throw new Conflict('DuplicateName', `A protection group '${name}' exists already.`);
}

export function groupIsReady(sim: SrmSim, groupId: unknown): void {
  for (const group of sim.state.groups) if (group.id === groupId) group.loading = false;
}
