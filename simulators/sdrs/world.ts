import type { Simulator } from '../engine/simulator.js';
import type { SdrsSettings } from './settings.js';
import type { OperationName } from './operations.js';
import type { ResourceKind } from './transitions.js';

export type Sdrs = Simulator<SdrsState, SdrsSettings>;
export type Station = 'source' | 'target';

/** What every SDRS resource carries. Instants are milliseconds since the epoch. */
export interface Resource {
  id: string;
  name: string;
  status: string;
  created_at: number;
  updated_at: number;
  /** The status that reads still show, while the setting `statusLagMs` lags. */
  stale: { status: string; until: number } | null;
}

export interface ActiveDomain {
  id: string;
  name: string;
  description: string;
  sold_out: boolean;
  local_replication_cluster: { availability_zone: string };
  remote_replication_cluster: { availability_zone: string };
}

export interface Group extends Resource {
  description: string | null;
  source_availability_zone: string;
  target_availability_zone: string;
  domain_id: string;
  vpc_id: string;
  priority_station: Station;
}

export interface Tag {
  key: string;
  value: string;
}

export interface Instance extends Resource {
  description: string | null;
  server_group_id: string;
  source_server: string;
  target_server: string;
  tags: Tag[];
  frozen: boolean;
  /** The standby server's own NICs, put aside between failover and re-protect. */
  parkedNics: Nic[];
}

/** Synchronisation of one pair: off so far, under way or done since `startedAt`, or stopped at a percentage. */
export type Sync =
  | { state: 'inactive' }
  | { state: 'running'; startedAt: number; doneAt: number }
  | { state: 'stopped'; progress: number };

export interface Pair extends Resource {
  description: string | null;
  server_group_id: string;
  productionVolume: string;
  drVolume: string;
  attachment: { device: string; protected_instance: string }[];
  fault_level: string;
  failure_detail: string | null;
  sync: Sync;
}

export interface Drill extends Resource {
  server_group_id: string;
  drill_vpc_id: string;
  drill_servers: { protected_instance: string; drill_server_id: string }[];
}

export type JobStatus = 'INIT' | 'RUNNING' | 'SUCCESS' | 'FAIL';

export interface SubJob {
  job_id: string;
  job_type: string;
  status: JobStatus;
  begin_time: number;
  end_time: number | null;
  error_code: string | null;
  fail_reason: string | null;
  entities: Record<string, string>;
}

/** What a job still needs to know when it ends. */
export interface JobDetails {
  priority_station?: Station;
  delete_target_server?: boolean;
  delete_target_volume?: boolean;
  new_size?: number;
  attachment?: { device: string; protected_instance: string };
  nic?: Nic;
  productionFlavor?: string;
  drFlavor?: string;
}

export interface Target {
  kind: ResourceKind;
  id: string;
  previous: string;
}

export interface Job extends SubJob {
  sub_jobs: SubJob[] | null;
  operation: OperationName;
  server_group_id: string;
  /** The resources the job carries through statuses; the first is the one it is about. */
  targets: Target[];
  details: JobDetails;
  failure: { error_code: string; fail_reason: string } | null;
  forgotten: boolean;
}

export interface FailedTask {
  server_group_id: string;
  resource_id: string;
  resource_name: string;
  resource_type: string;
  failure_status: string;
  job_id: string;
  job_type: string;
  begin_time: number;
  error_code: string;
  fail_reason: string;
}

export interface Nic {
  id: string;
  subnetId: string;
  ipAddress: string;
  primary: boolean;
}

export interface Server {
  id: string;
  name: string;
  availabilityZone: string;
  vpcId: string;
  powerState: string;
  flavor: string;
  nics: Nic[];
}

export interface Volume {
  id: string;
  name: string;
  size: number;
  type: string;
  availabilityZone: string;
  status: string;
  multiattach: boolean;
  bootable: boolean;
  encrypted: boolean;
  frozen: boolean;
  locked: boolean;
  attachedTo: string[];
}

export interface Vpc {
  id: string;
  name: string;
  cidr: string;
  subnets: { id: string; cidr: string }[];
}

export interface Token {
  account: { domain: string; user: string };
  methods: string[];
  projectId: string | null;
  issuedAt: number;
  expiresAt: number;
}

/** How the next matching job ends: told by a test through the control API. */
export interface Fate {
  action?: string;
  groupId?: string;
  errorCode?: string;
  failReason?: string;
  stuck: boolean;
}

/** The whole simulated service. All accounts share one world. */
export interface SdrsState {
  /** Host and process of the job engine: the first sixteen digits of its job ids (5.3). */
  jobEngine: string;
  jobCounter: number;
  requestCounter: number;
  tokens: Record<string, Token>;
  signatureFailures: Record<string, { count: number; lockedUntil: number }>;
  calls: { second: number; counts: Record<string, number> };
  fates: Fate[];
  domains: ActiveDomain[];
  groups: Group[];
  instances: Instance[];
  pairs: Pair[];
  drills: Drill[];
  jobs: Job[];
  failedTasks: FailedTask[];
  rpoStatistics: { id: string; at: number; resource_num: number }[];
  servers: Server[];
  volumes: Volume[];
  vpcs: Vpc[];
}

export function byId<T extends { id: string }>(list: readonly T[], id: string): T | undefined {
  return list.find((item) => item.id === id);
}

export function instancesOf(state: SdrsState, groupId: string): Instance[] {
  return state.instances.filter((instance) => instance.server_group_id === groupId);
}

export function pairsOf(state: SdrsState, groupId: string): Pair[] {
  return state.pairs.filter((pair) => pair.server_group_id === groupId);
}

export function drillsOf(state: SdrsState, groupId: string): Drill[] {
  return state.drills.filter((drill) => drill.server_group_id === groupId);
}

export function pairsAttachedTo(state: SdrsState, instanceId: string): Pair[] {
  return state.pairs.filter((pair) => pair.attachment.some((a) => a.protected_instance === instanceId));
}

/** The availability zone in which a group's production runs now (3.3: it follows priority_station). */
export function productionZone(group: Group): string {
  return group.priority_station === 'source'
    ? group.source_availability_zone
    : group.target_availability_zone;
}

export function standbyZone(group: Group): string {
  return group.priority_station === 'source'
    ? group.target_availability_zone
    : group.source_availability_zone;
}
