import type { Simulator } from '../engine/simulator.js';
import type { SrmSettings } from './settings.js';
import type { Doom, PlanCallout, Run, Step } from './run-state.js';
import type { Action, GroupPhase } from './transitions.js';

/** Everything the simulated pair of sites knows, as plain JSON. */
export interface World {
  pairingId: string;
  paired: boolean;
  /** Whether the two sites can talk to each other; a site that is down cannot either. */
  link: boolean;
  sites: Record<SiteKey, Site>;
  folders: Folder[];
  groups: Group[];
  plans: Plan[];
  vms: Vm[];
  inventory: InventoryObject[];
  mappings: Mapping[];
  placeholderDatastores: string[];
  tasks: Task[];
  history: HistoryRecord[];
  sessions: Session[];
  windows: Record<string, { since: number; count: number }>;
  dooms: Doom[];
  /** The last number given out, for morefs, runs and prompts. */
  lastNumber: number;
}

export type SrmSim = Simulator<World, SrmSettings>;

export type SiteKey = 'a' | 'b';

export const otherSite = (site: SiteKey): SiteKey => (site === 'a' ? 'b' : 'a');

export interface Site {
  key: SiteKey;
  name: string;
  up: boolean;
  srm: Server;
  vc: Server;
}

export interface Server {
  id: string;
  url: string;
  name: string;
  version: string;
}

export interface Folder {
  id: string;
  kind: 'protection' | 'recovery';
  name: string;
  parent: string | null;
}

export interface Group {
  id: string;
  name: string;
  description: string | null;
  location: string;
  type: 'HBR' | 'ABR' | 'VVOL' | 'VSAN';
  protectedSite: SiteKey;
  phase: GroupPhase;
  /** A new group is not at once ready for use (srm reference 3.4). */
  loading: boolean;
  /** A status set by a test; wins over the true one. */
  pinned: string | null;
}

export interface Plan {
  id: string;
  name: string;
  description: string | null;
  location: string;
  protectedSite: SiteKey;
  groupIds: string[];
  /** The status at rest that the plan's own last run, or a neighbour's, left behind. */
  status: string;
  pinned: string | null;
  deleting: boolean;
  run: Run | null;
  /** Steps of the last run of each kind, for the step views. */
  lastSteps: Partial<Record<Action, Step[]>>;
  callouts: PlanCallout[];
  testNetworks: { id: string; target: string; test: string }[];
  vmsToSuspend: string[];
}

export interface Vm {
  /** Unique in this world; the lasting key, because morefs change at every reprotect. */
  name: string;
  /** The site of the protected VM; the other id is its placeholder. */
  at: SiteKey;
  ids: Record<SiteKey, string>;
  groupId: string | null;
  protection: string;
  pinned: string | null;
  replication: string;
  /** Whether inventory mappings cover it, so that it can be protected without more ado. */
  mapped: boolean;
  run: string;
  managingPlanId: string | null;
  protectionVersion: number;
  recovery: VmRecovery;
}

export interface VmRecovery {
  version: number;
  priority: 'P1' | 'P2' | 'P3' | 'P4' | 'P5';
  startupAction: 'POWER_ON' | 'DO_NOT_POWER_ON';
  ipCustomization: 'AUTO' | 'NETWORK_MAPPING_LEVEL' | 'MANUAL' | 'NO_CUSTOMIZATION';
  nics: unknown[] | null;
  shutdown: { skip_shutdown_guest: boolean; timeout_seconds: number };
  startup: {
    power_on_vmtools_timeout_seconds: number;
    delay_before_power_on_steps_and_dependent_vms_seconds: number;
  };
  prePowerOn: unknown[];
  postPowerOn: unknown[];
  dependsOn: string[];
}

export interface InventoryObject {
  id: string;
  site: SiteKey;
  kind: 'compute' | 'datastore' | 'network' | 'vm-folder' | 'storage-policy';
  name: string;
  path: string;
  parent: string | null;
}

export interface Mapping {
  id: string;
  site: SiteKey;
  kind: MappingKind;
  source: string;
  target: string;
  /** Only on network mappings. */
  subnetRules?: { name: string; rules: unknown[] };
}

export type MappingKind = 'folders' | 'networks' | 'resources' | 'storage-policies' | 'test-networks';

/** What a task will do when it ends well: the name of an effect of `work.ts`, and plain data. */
export interface WaitingEffect {
  kind: string;
  payload: object;
}

export interface Task {
  id: string;
  site: SiteKey;
  kind: string;
  entity: string | null;
  entityName: string | null;
  status: 'QUEUED' | 'RUNNING' | 'SUCCESS' | 'ERROR' | 'CANCELLED';
  progress: number;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  error: { message: string; details: string } | null;
  result: unknown;
  /** What happens when it ends well; null for runs of a plan, which end it themselves. */
  effect: WaitingEffect | null;
  doom: Doom | null;
  stuck: boolean;
  /** Unknown to reads, while its work goes on. */
  hidden: boolean;
}

export interface HistoryRecord {
  planId: string;
  planName: string;
  username: string;
  operation: 'TEST' | 'CLEANUP' | 'FAILOVER' | 'REPROTECT';
  startedAt: number;
  endedAt: number;
  result: 'SUCCESS' | 'WARNINGS' | 'ERRORS' | 'CANCELLED';
  runKey: number;
  errors: string[];
  warnings: string[];
}

export interface Session {
  id: string;
  site: SiteKey;
  username: string;
  lastUsed: number;
  /** The user logged in at the far site, per pairing (srm reference 1.5). */
  remote: Record<string, string>;
}
