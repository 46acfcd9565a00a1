import type { ActiveSite, Direction } from './dr-action.js';

/**
 * What a protected thing is doing, in words that mean the same on every upstream. Stable states are
 * participles or adjectives, passing ones end in -ING. The upstream's own word always stands beside.
 */
export const PROTECTION_STATES = [
  'CREATING',
  /** Protection is off. */
  'UNPROTECTED',
  'ENABLING',
  /** Protection is on; ready to fail over. */
  'PROTECTED',
  'DISABLING',
  'FAILING_OVER',
  /** Runs at the other site and is not protected there yet. */
  'FAILED_OVER',
  'REPROTECTING',
  'DRILL_STARTING',
  /** A drill stands and must be cleaned up. */
  'DRILL_ACTIVE',
  'DRILL_CLEANING_UP',
  'UPDATING',
  'CANCELLING',
  /** A person must answer a prompt. */
  'WAITING_FOR_INPUT',
  /** Held by another plan that runs, or stands in a drill. */
  'BUSY',
  'DELETING',
  /** An action stopped half way; the lifecycle says which action goes on from here. */
  'INCOMPLETE',
  /** Holds nothing that could be protected. */
  'EMPTY',
  /** Broken; somebody must look. */
  'ERROR',
  /** The upstream used a word that is not known here. Never taken for success or failure. */
  'UNKNOWN',
] as const;
export type ProtectionState = (typeof PROTECTION_STATES)[number];

/** One end of a protection: a site of a pairing, or an availability zone. */
export interface Location {
  id: string;
  name: string;
}

/** Something an operator should know about a resource, short of an error. */
export interface Condition {
  /** A stable UPPER_SNAKE word. */
  type: string;
  text: string;
}

/** What the upstream itself says, beside our words. */
export interface UpstreamFacts {
  id: string;
  state: string;
  [detail: string]: unknown;
}

interface Resource {
  /** Public id, carries the site. */
  id: string;
  siteId: string;
  provider: string;
  name: string;
  upstream: UpstreamFacts;
}

export interface ProtectionGroup extends Resource {
  description: string | null;
  state: ProtectionState;
  activeSite: ActiveSite | null;
  production: Location | null;
  recovery: Location | null;
  /** How far the replication is, 0 to 100, where the upstream tells. */
  replicationProgressPercent: number | null;
  instanceCount: number | null;
  replicationPairCount: number | null;
  drillCount: number | null;
  conditions: Condition[];
  createdTime: string | null;
  updatedTime: string | null;
}

/** The runnable thing. An SDRS group projects to a plan of its own, with the same id (`implicit`). */
export interface RecoveryPlan extends Resource {
  description: string | null;
  state: ProtectionState;
  activeSite: ActiveSite | null;
  /** The direction in which it can be failed over next; null when it cannot be told. */
  nextDirection: Direction | null;
  production: Location | null;
  recovery: Location | null;
  implicit: boolean;
  /** Every group that running it touches. In a list, where the upstream does not tell cheaply: as it was last told, null = never. */
  protectionGroupIds: string[] | null;
  progressPercent: number | null;
  conditions: Condition[];
}

export interface ProtectedInstance extends Resource {
  protectionGroupId: string;
  state: ProtectionState;
  productionInstanceId: string | null;
  recoveryInstanceId: string | null;
  conditions: Condition[];
}

export interface ReplicationPair extends Resource {
  protectionGroupId: string;
  state: ProtectionState;
  progressPercent: number | null;
  productionVolumeId: string | null;
  recoveryVolumeId: string | null;
  sizeGigabytes: number | null;
  protectedInstanceIds: string[];
  conditions: Condition[];
}

export const DRILL_STATES = ['STARTING', 'ACTIVE', 'CLEANING_UP', 'ERROR', 'UNKNOWN'] as const;
export type DrillState = (typeof DRILL_STATES)[number];

export interface Drill extends Resource {
  recoveryPlanId: string;
  state: DrillState;
  createdTime: string | null;
}
