import type { WireMeta, WireServer } from './srm.wire.js';

/** What groups, plans and sites are made of, as SRM spells it. As little may be relied on as in `srm.wire.ts`. */

type Text = string | null;
type Flag = boolean | null;
type Count = number | null;
/** v2 gives milliseconds, v1 may give a string (1.2). */
type Time = number | string | null;

/** A machine that starts before another (3.8). */
export interface WireDependentVm {
  id?: Text;
  name?: Text;
  status?: Text;
}

export interface WirePlannedVm {
  id: string;
  name?: Text;
  status?: Text;
  managing_recovery_plan?: Text;
  protection_group_name?: Text;
  protection_group?: Text;
  recovery_settings?: {
    priority?: Text;
    startup_action?: Text;
    dependent_vms?: WireDependentVm[] | null;
  } | null;
  _meta?: WireMeta | null;
}

export interface WireRecoverySettings {
  recovery_settings?: {
    ip_customization_type?: Text;
    priority?: Text;
    startup_action?: Text;
    shutdown_action_settings?: { skip_shutdown_guest?: Flag; timeout_seconds?: Count } | null;
    startup_action_settings?: {
      power_on_vmtools_timeout_seconds?: Count;
      delay_before_power_on_steps_and_dependent_vms_seconds?: Count;
    } | null;
    dependent_vms?: WireDependentVm[] | null;
    change_version?: number | string | null;
    allow_vmotion_migration?: Flag;
  } | null;
  status?: Text;
  _meta?: WireMeta | null;
}

export interface WirePlacement {
  source?: Text;
  source_name?: Text;
  target?: Text;
  target_name?: Text;
  is_inventory_mapped_target?: Flag;
}

export interface WireDatastorePath {
  datastore?: Text;
  datastore_name?: Text;
  path?: Text;
  filename?: Text;
  friendly_path?: Text;
}

export interface WireProtectionSettings {
  placeholder_needs_repair?: Flag;
  devices?:
    | {
        type?: Text;
        label?: Text;
        production_path?: WireDatastorePath | null;
        recovery_path?: WireDatastorePath | null;
        replicated?: Flag;
      }[]
    | null;
  networks?: WirePlacement[] | null;
  folder?: WirePlacement | null;
  resource_pool?: WirePlacement | null;
  host?: WirePlacement | null;
  change_version?: Text;
  _meta?: WireMeta | null;
}

export interface WireTestNetwork {
  id: string;
  target_network?: Text;
  test_network?: Text;
  test_network_name?: Text;
}

export interface WireStep {
  id?: number | string | null;
  title?: Text;
  step_number?: Text;
  child_count?: Count;
  depth?: Count;
  status?: Text;
  progress?: Count;
  start_time?: Time;
  finish_time?: Time;
  warnings?: Text[] | null;
  errors?: Text[] | null;
  plan_callout_position_spec?: object | null;
  vm_callout_position_spec?: object | null;
  _meta?: WireMeta | null;
}

export interface WireCallout {
  name?: Text;
  content?: Text;
  callout_type?: Text;
  timeout_seconds?: Count;
}

export interface WireIssue {
  entity?: Text;
  entity_name?: Text;
  description?: Text;
  timestamp?: Time;
  status?: Text;
  issue_type?: Text;
}

/** `/server/info` and the lists of servers; the SRM server also names its vCenter (3.3). */
export interface WireSiteServer extends WireServer {
  certificates?: WireCertificate[] | null;
  vc_guid?: Text;
  _meta?: WireMeta | null;
}

export interface WireCertificate {
  subject_dn?: Text;
  thumbprint?: Text;
  not_after?: Time;
}
