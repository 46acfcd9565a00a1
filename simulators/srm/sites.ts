import { notFound } from './errors.js';
import { otherSite, type Group, type Plan, type SiteKey, type Vm, type World } from './world.js';

/** Whether the two sites see each other. */
export const connected = (world: World): boolean => world.link && world.sites.a.up && world.sites.b.up;

export const recoverySite = (of: { protectedSite: SiteKey }): SiteKey => otherSite(of.protectedSite);

export function planById(world: World, id: string | undefined): Plan {
  const plan = world.plans.find((each) => each.id === id);
  if (!plan) throw notFound();
  return plan;
}

export function groupById(world: World, id: string | undefined): Group {
  const group = world.groups.find((each) => each.id === id);
  if (!group) throw notFound();
  return group;
}

export const vmsOf = (world: World, group: Group): Vm[] => world.vms.filter((vm) => vm.groupId === group.id);

export const groupsOf = (world: World, plan: Plan): Group[] =>
  plan.groupIds.flatMap((id) => world.groups.filter((group) => group.id === id));

export const planVms = (world: World, plan: Plan): Vm[] =>
  groupsOf(world, plan).flatMap((group) => vmsOf(world, group));

/** A VM's moref as everybody sees it now: that of the protected VM, not of its placeholder. */
export const vmId = (vm: Vm): string => vm.ids[vm.at];

export function vmById(vms: Vm[], id: string | undefined): Vm {
  const vm = vms.find((each) => vmId(each) === id);
  if (!vm) throw notFound();
  return vm;
}

export function siteByServer(world: World, server: 'srm' | 'vc', id: string | undefined): SiteKey {
  if (world.sites.a[server].id === id) return 'a';
  if (world.sites.b[server].id === id) return 'b';
  throw notFound();
}
