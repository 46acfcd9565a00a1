import type { ActionInput } from './action-inputs.js';
import type { Direction, DrAction } from './dr-action.js';

/** What a protection group is made of. Which fields apply is the site's provider's affair. */
export interface NewProtectionGroup {
  name: string;
  description?: string;
  /** SDRS */
  sourceAvailabilityZone?: string;
  targetAvailabilityZone?: string;
  domainId?: string;
  sourceVpcId?: string;
  drType?: string;
  /** SRM */
  replicationType?: string;
  protectedVcenterId?: string;
  hbrSpec?: { vms: string[] };
}

export interface ProtectionGroupChanges {
  name?: string;
  description?: string;
}

/** Finer wishes about a run. A provider declares which of them it knows, per action. */
export interface ActionOptions {
  /** Go on in spite of errors; may leave things behind. */
  forced?: boolean;
  /** Replicate the latest changes first. */
  syncData?: boolean;
  /** Leave the site that fails alone: no shutdown, no synchronisation there. */
  skipProtectionSiteOperations?: boolean;
  /** Move eligible machines while they run. */
  migrateEligibleVms?: boolean;
  /** The drill's name. */
  drillName?: string;
  /** The network the drill runs in. */
  drillNetworkId?: string;
}
export const ACTION_OPTIONS = [
  'forced',
  'syncData',
  'skipProtectionSiteOperations',
  'migrateEligibleVms',
  'drillName',
  'drillNetworkId',
] as const satisfies readonly (keyof ActionOptions)[];
export type ActionOption = (typeof ACTION_OPTIONS)[number];

/** The validated intent that leaves the API. Plain JSON; kept in the operation's record. */
export interface ActionCommand {
  action: DrAction;
  /** The upstream's id of the holder (`ACTION_FACTS`): a group or a plan; null when it is still to be created, or a site. */
  targetNativeId: string | null;
  /** The upstream's id of the part of it that is changed: an instance, a pair, a drill, a step; null = none, or still to be created. */
  partNativeId: string | null;
  direction: Direction | null;
  options: ActionOptions;
  /** Until when a drill should be cleaned up, RFC 3339. The gateway's own reminder: no upstream is told. Absent = the usual time. */
  drillDueTime?: string;
  group: NewProtectionGroup | null;
  changes: ProtectionGroupChanges | null;
  /** What the finer actions are given; the shape is the action's (`ActionInputs`). */
  input: ActionInput | null;
}

/** One state-changing request, ready to be sent. Holds no credential. Plain JSON; kept in the record. */
export interface UpstreamCall {
  /** For people: `Fail over group erp-dr`. */
  label: string;
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the site's endpoint, with its leading slash. */
  path: string;
  body: unknown;
}

/** What the upstream gave back for an accepted call. Plain JSON; kept in the record. */
export interface UpstreamRef {
  /** The upstream's ids of the work it began; empty when the work was done at once. */
  jobIds: string[];
  /** Parts of the work that it did not begin, in its words: the others were begun. */
  startErrors?: string[];
}
