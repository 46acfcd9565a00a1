import type { DrAction, TargetType } from './dr-action.js';

/** What can be held while something is changed: the thing a command names by `targetNativeId`. */
export type Holder = Extract<TargetType, 'PROTECTION_GROUP' | 'RECOVERY_PLAN' | 'SITE'>;

export interface ActionFacts {
  /** The last path segment of `…/actions/{name}`, where the action has one. */
  pathName: string;
  /** What is locked, and what `targetNativeId` of the command names. */
  holder: Holder;
  /** What is changed, as the history shows it: the holder itself, or a part of it (`partNativeId`). */
  targetType: TargetType;
  /** Whether the request must name its direction. */
  needsDirection: boolean;
  /** What an operator should know before pressing the button, true on every upstream. */
  consequences: Consequences;
}

export interface Consequences {
  /** Changes written since the last synchronisation may be lost. */
  dataLoss: boolean;
  /** The workload is interrupted. */
  downtime: boolean;
  /** Another action can bring back what was before. */
  reversible: boolean;
  text: string;
}

type Effect = Partial<Omit<Consequences, 'text'>>;

function on(
  holder: Holder,
  pathName: string,
  text: string,
  more: { targetType?: TargetType; needsDirection?: boolean; effect?: Effect } = {},
): ActionFacts {
  const { targetType = holder, needsDirection = false, effect } = more;
  const consequences = { dataLoss: false, downtime: false, reversible: true, ...effect, text };
  return { pathName, holder, targetType, needsDirection, consequences };
}

const group = (pathName: string, text: string, effect?: Effect) =>
  on('PROTECTION_GROUP', pathName, text, effect && { effect });
const instance = (pathName: string, text: string, effect: Effect = {}) =>
  on('PROTECTION_GROUP', pathName, text, { targetType: 'PROTECTED_INSTANCE', effect });
const pair = (pathName: string, text: string, effect: Effect = {}) =>
  on('PROTECTION_GROUP', pathName, text, { targetType: 'REPLICATION_PAIR', effect });
const plan = (pathName: string, text: string, effect?: Effect) =>
  on('RECOVERY_PLAN', pathName, text, effect && { effect });

const FOR_GOOD: Effect = { reversible: false };
const MOVES = { needsDirection: true };

export const ACTION_FACTS: Readonly<Record<DrAction, ActionFacts>> = {
  CREATE_PROTECTION_GROUP: group('create', 'Creates a protection group.'),
  UPDATE_PROTECTION_GROUP: group('update', 'Renames or describes the group.'),
  DELETE_PROTECTION_GROUP: group(
    'delete',
    'Deletes the protection group; what it held is no longer protected.',
    FOR_GOOD,
  ),
  PROVISION_PROTECTION_GROUP: group(
    'provision',
    'Creates a protection group with its instances and pairs, step by step, and enables it if asked to.',
  ),
  ENABLE_PROTECTION: group('enable-protection', 'Starts replication.'),
  DISABLE_PROTECTION: group(
    'disable-protection',
    'Stops replication: until it is enabled again, a disaster loses what is written from now on.',
  ),
  RESTORE_PLACEHOLDERS: group(
    'restore-placeholders',
    'Makes the placeholders of the machines at the recovery site anew, where they were lost.',
  ),

  ADD_PROTECTED_INSTANCE: instance('add', 'Puts a machine under the protection of the group.'),
  UPDATE_PROTECTED_INSTANCE: instance('update', 'Renames the protected instance.'),
  REMOVE_PROTECTED_INSTANCE: instance(
    'remove',
    'Takes the machine out of the group: a disaster loses it from now on. The machine itself stays.',
    FOR_GOOD,
  ),
  ENABLE_INSTANCE_PROTECTION: instance(
    'enable-protection',
    'Protects the machine, or configures its protection.',
  ),
  DISABLE_INSTANCE_PROTECTION: instance(
    'disable-protection',
    'Stops protecting the machine: until it is enabled again, a disaster loses it.',
  ),
  RESIZE_PROTECTED_INSTANCE: instance(
    'resize',
    'Changes the size of the servers, which must be stopped for it.',
    {
      downtime: true,
    },
  ),
  ADD_NETWORK_INTERFACE: instance('add-network-interface', 'Adds a network interface to both servers.'),
  REMOVE_NETWORK_INTERFACE: instance(
    'remove-network-interface',
    'Removes a network interface from both servers; its address is given back.',
    FOR_GOOD,
  ),
  SET_INSTANCE_TAGS: instance('set-tags', 'Sets tags; the ones not named stay.'),
  REMOVE_INSTANCE_TAGS: instance('remove-tags', 'Removes tags.'),

  CREATE_REPLICATION_PAIR: pair('create', 'Replicates a disk from now on.'),
  UPDATE_REPLICATION_PAIR: pair('update', 'Renames the replication pair.'),
  DELETE_REPLICATION_PAIR: pair(
    'delete',
    'Ends the replication of the disk. The disk itself stays.',
    FOR_GOOD,
  ),
  EXPAND_REPLICATION_PAIR: pair(
    'expand',
    'Enlarges both disks; they cannot be made smaller again.',
    FOR_GOOD,
  ),
  ATTACH_REPLICATION_PAIR: pair('attach', 'Attaches the disks to the servers of a protected instance.'),
  DETACH_REPLICATION_PAIR: pair('detach', 'Detaches the disks; the server loses them.', { downtime: true }),

  CREATE_RECOVERY_PLAN: plan('create', 'Creates a recovery plan.'),
  UPDATE_RECOVERY_PLAN: plan('update', 'Changes the plan: name, groups, test networks.'),
  DELETE_RECOVERY_PLAN: plan(
    'delete',
    'Deletes the plan and the settings of its machines; the groups stay protected, but nothing runs them.',
    FOR_GOOD,
  ),
  UPDATE_RECOVERY_SETTINGS: plan(
    'update-recovery-settings',
    'Changes when and how a machine is started in a recovery.',
  ),
  ADD_RECOVERY_STEP: plan('add-recovery-step', 'Inserts a command or a prompt into the plan.'),
  UPDATE_RECOVERY_STEP: plan('update-recovery-step', 'Changes an inserted step of the plan.'),
  REMOVE_RECOVERY_STEP: plan('remove-recovery-step', 'Removes an inserted step from the plan.', FOR_GOOD),

  PLANNED_FAILOVER: on(
    'RECOVERY_PLAN',
    'planned-failover',
    'Moves the workload to the other site in good order; it is down while it moves.',
    { ...MOVES, effect: { downtime: true } },
  ),
  FAILOVER: on(
    'RECOVERY_PLAN',
    'failover',
    'Stops the workload where it runs and brings it up at the other site; writes that were not replicated are lost.',
    { ...MOVES, effect: { dataLoss: true, downtime: true, reversible: false } },
  ),
  REPROTECT: plan(
    'reprotect',
    'Replicates from the site where the workload now runs; what is left at the other site is overwritten.',
  ),
  START_DRILL: plan(
    'start-drill',
    'Rehearses the recovery in isolation; production is not touched. It must be cleaned up afterwards.',
  ),
  CLEAN_UP_DRILL: plan('clean-up-drill', 'Removes what the drill made.'),
  UPDATE_DRILL: on('RECOVERY_PLAN', 'update', 'Renames the drill.', { targetType: 'DRILL' }),

  CLEAR_FAILED_TASKS: on(
    'SITE',
    'clear-failed-tasks',
    'Removes failed tasks from the list; nothing is mended.',
    {
      effect: FOR_GOOD,
    },
  ),
};

/** The actions that need nothing but a target and, some of them, a direction: what a button can stand for. */
export const BUTTONS: readonly DrAction[] = [
  'ENABLE_PROTECTION',
  'DISABLE_PROTECTION',
  'DELETE_PROTECTION_GROUP',
  'RESTORE_PLACEHOLDERS',
  'REMOVE_PROTECTED_INSTANCE',
  'ENABLE_INSTANCE_PROTECTION',
  'DISABLE_INSTANCE_PROTECTION',
  'DELETE_REPLICATION_PAIR',
  'PLANNED_FAILOVER',
  'FAILOVER',
  'REPROTECT',
  'START_DRILL',
  'CLEAN_UP_DRILL',
  'DELETE_RECOVERY_PLAN',
];
