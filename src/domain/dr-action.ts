/** Everything the gateway can be asked to change. What holds of each is in `action-facts.ts`. */
export const DR_ACTIONS = [
  'CREATE_PROTECTION_GROUP',
  'UPDATE_PROTECTION_GROUP',
  'DELETE_PROTECTION_GROUP',
  'ENABLE_PROTECTION',
  'DISABLE_PROTECTION',
  'PLANNED_FAILOVER',
  'FAILOVER',
  'REPROTECT',
  'START_DRILL',
  'CLEAN_UP_DRILL',
  /** Several of the others in a row: a group with what it holds. */
  'PROVISION_PROTECTION_GROUP',
  'RESTORE_PLACEHOLDERS',
  'ADD_PROTECTED_INSTANCE',
  'UPDATE_PROTECTED_INSTANCE',
  'REMOVE_PROTECTED_INSTANCE',
  'ENABLE_INSTANCE_PROTECTION',
  'DISABLE_INSTANCE_PROTECTION',
  'RESIZE_PROTECTED_INSTANCE',
  'ADD_NETWORK_INTERFACE',
  'REMOVE_NETWORK_INTERFACE',
  'SET_INSTANCE_TAGS',
  'REMOVE_INSTANCE_TAGS',
  'CREATE_REPLICATION_PAIR',
  'UPDATE_REPLICATION_PAIR',
  'DELETE_REPLICATION_PAIR',
  'EXPAND_REPLICATION_PAIR',
  'ATTACH_REPLICATION_PAIR',
  'DETACH_REPLICATION_PAIR',
  'CREATE_RECOVERY_PLAN',
  'UPDATE_RECOVERY_PLAN',
  'DELETE_RECOVERY_PLAN',
  'UPDATE_RECOVERY_SETTINGS',
  'ADD_RECOVERY_STEP',
  'UPDATE_RECOVERY_STEP',
  'REMOVE_RECOVERY_STEP',
  'UPDATE_DRILL',
  'CLEAR_FAILED_TASKS',
] as const;
export type DrAction = (typeof DR_ACTIONS)[number];

/** What an action is done to, as the history shows it. */
export const TARGET_TYPES = [
  'PROTECTION_GROUP',
  'RECOVERY_PLAN',
  'PROTECTED_INSTANCE',
  'REPLICATION_PAIR',
  'DRILL',
  'SITE',
] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

/** Where the workload runs now. PRODUCTION = at home. */
export const ACTIVE_SITES = ['PRODUCTION', 'RECOVERY'] as const;
export type ActiveSite = (typeof ACTIVE_SITES)[number];

/** Where a failover moves the workload. Failback is a failover TO_PRODUCTION, not a verb of its own. */
export const DIRECTIONS = ['TO_RECOVERY', 'TO_PRODUCTION'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export function oppositeSite(site: ActiveSite): ActiveSite {
  return site === 'PRODUCTION' ? 'RECOVERY' : 'PRODUCTION';
}

/** Where a workload that moved in this direction ends up. */
export function destinationOf(direction: Direction): ActiveSite {
  return direction === 'TO_RECOVERY' ? 'RECOVERY' : 'PRODUCTION';
}

export function directionTo(site: ActiveSite): Direction {
  return site === 'RECOVERY' ? 'TO_RECOVERY' : 'TO_PRODUCTION';
}
