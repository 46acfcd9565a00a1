import { connected, groupsOf, planVms, recoverySite } from './sites.js';
import { GROUP_PHASES, HOLDING, PLAN_MACHINE, SEEN_AS_STARTED, type PlanStatus } from './transitions.js';
import type { Run } from './run-state.js';
import type { Group, Plan, SiteKey, World } from './world.js';

const within = (statuses: readonly PlanStatus[], word: string): boolean =>
  (statuses as readonly string[]).includes(word);

/** The status everybody sees, whatever site they ask. */
export function statusOf(world: World, plan: Plan): string {
  const own = ownStatus(world, plan);
  if (plan.pinned !== null || plan.deleting || plan.run || within(HOLDING, own)) return own;
  return heldElsewhere(world, plan) ? 'PROTECTION_GROUPS_IN_USE' : own;
}

/** The status as site `here` sees it: cut off, it only knows that a recovery began over there. */
export function statusSeenFrom(world: World, plan: Plan, here: SiteKey): string {
  const status = statusOf(world, plan);
  const blind = !connected(world) && recoverySite(plan) !== here;
  return blind && plan.pinned === null && within(SEEN_AS_STARTED, status) ? 'RECOVERY_STARTED' : status;
}

/** The plan's status without what other plans do to it. */
export function ownStatus(world: World, plan: Plan): string {
  if (plan.pinned !== null) return plan.pinned;
  if (plan.deleting) return 'DELETING';
  if (plan.run) return runningStatus(plan.run);
  return groupsOf(world, plan).length === 0 ? 'NO_PROTECTION_GROUPS' : plan.status;
}

function runningStatus(run: Run): string {
  const { running, cancellable } = PLAN_MACHINE[run.action];
  if (run.cancelled && cancellable) return 'CANCEL_IN_PROGRESS';
  return run.prompt ? 'WAITING_FOR_USER_INPUT' : running;
}

function heldElsewhere(world: World, plan: Plan): boolean {
  return neighbours(world, plan).some((other) => within(HOLDING, ownStatus(world, other)));
}

/** The other plans that share a group with this one. */
export function neighbours(world: World, plan: Plan): Plan[] {
  return world.plans.filter(
    (other) => other !== plan && other.groupIds.some((id) => plan.groupIds.includes(id)),
  );
}

/**
 * What the groups alone say about a plan: the status of a plan whose groups another plan has moved
 * (srm reference 4.4, last paragraph), and of one whose list of groups has changed.
 */
export function statusFromGroups(world: World, plan: Plan): string {
  const groups = groupsOf(world, plan);
  if (groups.length === 0) return 'NO_PROTECTION_GROUPS';
  const phases = groups.map((group) => group.phase);
  if (phases.includes('reprotect-failed')) return 'PARTIAL_REPROTECT';
  if (phases.includes('recovery-failed')) return 'PARTIAL_RECOVERY';

  const recovered = groups.filter((group) => group.phase === 'recovered');
  const sameDirection = groups.every((group) => group.protectedSite === groups[0]?.protectedSite);
  if (recovered.length === 0) return sameDirection ? 'READY_STATE' : 'DIRECTION_ERROR';
  if (recovered.length === groups.length) return sameDirection ? 'RECOVERY_COMPLETE' : 'DIRECTION_ERROR';
  return sameDirection ? 'PARTIAL_RECOVERY' : 'PARTIAL_REPROTECT';
}

/** A plan points where its groups point, if they agree. */
export function followGroups(world: World, plan: Plan): void {
  const sites = new Set(groupsOf(world, plan).map((group) => group.protectedSite));
  const [only] = sites;
  if (sites.size === 1 && only) plan.protectedSite = only;
  plan.status = statusFromGroups(world, plan);
  // A plan that another has brought back to the start has nothing of its own to show or repeat.
  if (plan.status === 'READY_STATE') plan.lastSteps = {};
}

export function groupStatus(world: World, group: Group): string {
  if (group.pinned !== null) return group.pinned;
  if (group.loading) return 'LOADING';
  return GROUP_PHASES[group.phase].status ?? protectionStatus(world, group);
}

/** OK, NOT_CONFIGURED, or what its VMs are going through; a mixture of that is OPERATIONS_IN_PROGRESS. */
function protectionStatus(world: World, group: Group): string {
  const words: Record<string, string> = {
    CONFIGURING_PROTECTION: 'CONFIGURING_PROTECTION',
    REMOVING_PROTECTION: 'REMOVING_PROTECTION',
    RESTORING_PLACEHOLDER: 'RESTORING_PLACEHOLDERS',
  };
  const vms = world.vms.filter((vm) => vm.groupId === group.id);
  const moving = new Set(vms.flatMap((vm) => words[vm.protection] ?? []));
  if (moving.size > 1) return 'OPERATIONS_IN_PROGRESS';
  const [only] = moving;
  return only ?? (vms.every((vm) => vm.protection === 'OK') ? 'OK' : 'NOT_CONFIGURED');
}

/** A group may be changed only in OK and NOT_CONFIGURED, and not while a plan holds it (4.2, 4.5). */
export function groupIsEditable(world: World, group: Group): boolean {
  return ['OK', 'NOT_CONFIGURED'].includes(groupStatus(world, group));
}

export const planProgress = (plan: Plan): number =>
  plan.run ? Math.floor((100 * Math.max(0, plan.run.cursor)) / Math.max(1, leafCount(plan.run))) : 0;

const leafCount = (run: Run): number => run.steps.filter((step) => step.children === 0).length;

export const hasUnprotectedVm = (world: World, plan: Plan): boolean =>
  planVms(world, plan).some((vm) => vm.protection !== 'OK');
