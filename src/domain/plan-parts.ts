import type { CalloutType, IpCustomization, RecoveryWorkflow, StartupAction } from './action-inputs.js';
import type { Condition, ProtectionState, UpstreamFacts } from './inventory.js';
import type { StepState } from './observation.js';

/** What a recovery plan is made of, beyond its groups. Absent knowledge is null, never invented. */

/** A machine as the plan sees it: how far its last run came, and when it starts in the next. */
export interface PlannedInstance {
  /** Public id, the same as that of the protected instance. */
  id: string;
  siteId: string;
  provider: string;
  name: string;
  recoveryPlanId: string;
  protectionGroupId: string | null;
  state: ProtectionState;
  /** 1 starts first, 5 last. */
  priority: number | null;
  startupAction: StartupAction | null;
  /** Public ids. */
  dependsOn: string[];
  conditions: Condition[];
  upstream: UpstreamFacts;
}

export interface RecoverySettings {
  instanceId: string;
  priority: number | null;
  startupAction: StartupAction | null;
  dependsOn: string[];
  skipGuestShutdown: boolean | null;
  shutdownTimeoutSeconds: number | null;
  startupTimeoutSeconds: number | null;
  delayBeforeDependentsSeconds: number | null;
  allowMigration: boolean | null;
  ipCustomization: IpCustomization | null;
  /** Changed at both sites: must be settled upstream first. */
  conflict: boolean;
  /** Send it back with a change, so that nobody else's is overwritten. */
  changeVersion: string | null;
}

/** One target of a machine's recovery, and where it comes from. */
export interface Placement {
  sourceId: string | null;
  sourceName: string | null;
  targetId: string | null;
  targetName: string | null;
  /** Given by the site's mappings, not for this machine alone. */
  mapped: boolean;
}

export interface ProtectionSettings {
  instanceId: string;
  placeholderNeedsRepair: boolean;
  folder: Placement | null;
  resourcePool: Placement | null;
  host: Placement | null;
  networks: Placement[];
  disks: { label: string; productionPath: string | null; recoveryPath: string | null; replicated: boolean }[];
  changeVersion: string | null;
}

export interface RecoveryStep {
  /** Unique within the plan and workflow; not stable when steps are inserted. */
  id: string;
  workflow: RecoveryWorkflow;
  /** Dotted, as the upstream numbers it: `7.1`. */
  number: string;
  title: string;
  depth: number;
  state: StepState;
  /** The upstream's own word. */
  upstreamState: string;
  progressPercent: number | null;
  startedTime: string | null;
  endedTime: string | null;
  warnings: string[];
  errors: string[];
  /** Whether a command or a prompt can be inserted before it. */
  insertable: boolean;
  /** Of an inserted step; null = the upstream's own step, or not read (a list does not read it). */
  callout: { type: CalloutType; name: string; content: string; timeoutSeconds: number | null } | null;
}

export interface TestNetwork {
  /** The upstream's id of the mapping. */
  id: string;
  networkId: string;
  testNetworkId: string;
  testNetworkName: string | null;
}

/** A question that a plan waits on a person for, whoever started the run. */
export interface PlanPrompt {
  id: string;
  recoveryPlanId: string;
  text: string;
  description: string | null;
  raisedTime: string | null;
}
