/**
 * What travels, as the vendor spells it. Every field of an answer is optional: detail answers were seen
 * without mandatory ones (quirk 11), and fields come and go between the clouds.
 */
export interface WireGroup {
  id: string;
  name?: string | null;
  description?: string | null;
  status?: string | null;
  /** Of the synchronisation, not of a job. */
  progress?: number | string | null;
  source_availability_zone?: string | null;
  target_availability_zone?: string | null;
  domain_id?: string | null;
  domain_name?: string | null;
  /** Which of the two zones is production now: `source` or `target`. */
  priority_station?: string | null;
  protected_instance_num?: number | null;
  replication_num?: number | null;
  disaster_recovery_drill_num?: number | null;
  source_vpc_id?: string | null;
  target_vpc_id?: string | null;
  dr_type?: string | null;
  server_type?: string | null;
  protection_type?: string | null;
  created_at?: string | null;
  updated_at?: string | null;
}

export interface WireNewGroup {
  name: string;
  description: string;
  source_availability_zone: string;
  target_availability_zone: string;
  domain_id: string;
  source_vpc_id: string;
  dr_type: string;
}

export interface WireInstance {
  id: string;
  name?: string | null;
  description?: string | null;
  server_group_id?: string | null;
  status?: string | null;
  progress?: number | string | null;
  /** As created: the two do not change places with the direction. */
  source_server?: string | null;
  target_server?: string | null;
  priority_station?: string | null;
  attachment?: readonly { replication?: string | null; device?: string | null }[] | null;
  tags?: readonly WireTag[] | null;
  created_at?: string | null;
  updated_at?: string | null;
  metadata?: Record<string, unknown> | null;
}

export interface WireTag {
  key?: string | null;
  value?: string | null;
}

export interface WireNewInstance {
  server_group_id: string;
  server_id: string;
  name: string;
  description: string;
  primary_subnet_id?: string;
  primary_ip_address?: string;
  flavorRef?: string;
  tags?: readonly WireTag[];
  cluster_id?: string;
  tenancy?: string;
  dedicated_host_id?: string;
}

export interface WirePair {
  id: string;
  name?: string | null;
  description?: string | null;
  server_group_id?: string | null;
  status?: string | null;
  progress?: number | string | null;
  replication_status?: string | null;
  replication_model?: string | null;
  attachment?: readonly { device?: string | null; protected_instance?: string | null }[] | null;
  /** Two ids joined by a comma: production, recovery. */
  volume_ids?: string | null;
  priority_station?: string | null;
  /** `"0"`, `"2"` or `"5"`: a string in the documents; a real client met numbers. */
  fault_level?: string | number | null;
  record_metadata?: {
    multiattach?: boolean | null;
    volume_size?: number | string | null;
    volume_type?: string | null;
  } | null;
  failure_detail?: string | null;
  updated_at?: string | null;
}

export interface WireNewPair {
  server_group_id: string;
  volume_id: string;
  name: string;
  description: string;
  cluster_id?: string;
}

export interface WireDrill {
  id: string;
  name?: string | null;
  status?: string | null;
  server_group_id?: string | null;
  drill_vpc_id?: string | null;
  created_at?: string | null;
  drill_servers?: readonly { protected_instance?: string | null; drill_server_id?: string | null }[] | null;
}

export interface WireJob {
  job_id?: string | null;
  job_type?: string | null;
  status?: string | null;
  begin_time?: string | null;
  end_time?: string | null;
  error_code?: string | null;
  fail_reason?: string | null;
  entities?: {
    server_group_id?: string | null;
    disaster_recovery_drill_id?: string | null;
    replication_pair_id?: string | null;
    protected_instance_id?: string | null;
    sub_jobs?: readonly WireJob[] | null;
  } | null;
}

/** An entry of the task center: the only list of past work there is, and it holds failures alone. */
export interface WireFailureJob {
  job_id?: string | null;
  job_type?: string | null;
  failure_status?: string | null;
  resource_id?: string | null;
  resource_name?: string | null;
  resource_type?: string | null;
  begin_time?: string | null;
  error_code?: string | null;
  fail_reason?: string | null;
}

export interface WireQuota {
  type?: string | null;
  used?: number | string | null;
  /** -1 = unlimited. */
  quota?: number | string | null;
}

export interface WireRpoStatistic {
  id?: string | null;
  point_time?: string | null;
  resource_num?: number | string | null;
  resource_type?: string | null;
}

export interface WireApiVersion {
  id?: string | null;
  status?: string | null;
  updated?: string | null;
}

export interface WireTagValues {
  key?: string | null;
  values?: readonly string[] | null;
}

/** An entry of a query by tags: the instance is in `resource_detail`. */
export interface WireTagged {
  resource_id?: string | null;
  resource_name?: string | null;
  resource_detail?: unknown;
  tags?: readonly WireTag[] | null;
}

export interface WireDomain {
  id?: string | null;
  name?: string | null;
  description?: string | null;
  sold_out?: boolean | null;
  local_replication_cluster?: { availability_zone?: string | null } | null;
  remote_replication_cluster?: { availability_zone?: string | null } | null;
}

/** The one action whose body names a destination. */
export type WirePriorityStation = 'source' | 'target';
