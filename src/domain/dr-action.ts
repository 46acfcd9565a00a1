/** Everything the gateway can be asked to change, and the facts about each that hold on every upstream. */
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
] as const;
export type DrAction = (typeof DR_ACTIONS)[number];

export const TARGET_TYPES = ['PROTECTION_GROUP', 'RECOVERY_PLAN'] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

/** Where the workload runs now. PRODUCTION = at home. */
export const ACTIVE_SITES = ['PRODUCTION', 'RECOVERY'] as const;
export type ActiveSite = (typeof ACTIVE_SITES)[number];

/** Where a failover moves the workload. Failback is a failover TO_PRODUCTION, not a verb of its own. */
export const DIRECTIONS = ['TO_RECOVERY', 'TO_PRODUCTION'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface ActionFacts {
  /** The last path segment of `…/actions/{name}`, where the action has one. */
  pathName: string;
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

export const ACTION_FACTS: Readonly<Record<DrAction, ActionFacts>> = {
  CREATE_PROTECTION_GROUP: {
    pathName: 'create',
    targetType: 'PROTECTION_GROUP',
    needsDirection: false,
    consequences: { dataLoss: false, downtime: false, reversible: true, text: 'Creates a protection group.' },
  },
  UPDATE_PROTECTION_GROUP: {
    pathName: 'update',
    targetType: 'PROTECTION_GROUP',
    needsDirection: false,
    consequences: {
      dataLoss: false,
      downtime: false,
      reversible: true,
      text: 'Renames or describes the group.',
    },
  },
  DELETE_PROTECTION_GROUP: {
    pathName: 'delete',
    targetType: 'PROTECTION_GROUP',
    needsDirection: false,
    consequences: {
      dataLoss: false,
      downtime: false,
      reversible: false,
      text: 'Deletes the protection group; what it held is no longer protected.',
    },
  },
  ENABLE_PROTECTION: {
    pathName: 'enable-protection',
    targetType: 'PROTECTION_GROUP',
    needsDirection: false,
    consequences: { dataLoss: false, downtime: false, reversible: true, text: 'Starts replication.' },
  },
  DISABLE_PROTECTION: {
    pathName: 'disable-protection',
    targetType: 'PROTECTION_GROUP',
    needsDirection: false,
    consequences: {
      dataLoss: false,
      downtime: false,
      reversible: true,
      text: 'Stops replication: until it is enabled again, a disaster loses what is written from now on.',
    },
  },
  PLANNED_FAILOVER: {
    pathName: 'planned-failover',
    targetType: 'RECOVERY_PLAN',
    needsDirection: true,
    consequences: {
      dataLoss: false,
      downtime: true,
      reversible: true,
      text: 'Moves the workload to the other site in good order; it is down while it moves.',
    },
  },
  FAILOVER: {
    pathName: 'failover',
    targetType: 'RECOVERY_PLAN',
    needsDirection: true,
    consequences: {
      dataLoss: true,
      downtime: true,
      reversible: false,
      text: 'Stops the workload where it runs and brings it up at the other site; writes that were not replicated are lost.',
    },
  },
  REPROTECT: {
    pathName: 'reprotect',
    targetType: 'RECOVERY_PLAN',
    needsDirection: false,
    consequences: {
      dataLoss: false,
      downtime: false,
      reversible: true,
      text: 'Replicates from the site where the workload now runs; what is left at the other site is overwritten.',
    },
  },
  START_DRILL: {
    pathName: 'start-drill',
    targetType: 'RECOVERY_PLAN',
    needsDirection: false,
    consequences: {
      dataLoss: false,
      downtime: false,
      reversible: true,
      text: 'Rehearses the recovery in isolation; production is not touched. It must be cleaned up afterwards.',
    },
  },
  CLEAN_UP_DRILL: {
    pathName: 'clean-up-drill',
    targetType: 'RECOVERY_PLAN',
    needsDirection: false,
    consequences: {
      dataLoss: false,
      downtime: false,
      reversible: true,
      text: 'Removes what the drill made.',
    },
  },
};

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
