import { shownText } from '../../../domain/shown-text.js';

/**
 * What SRM sends, as it spells it. In answers nearly every field is optional in the document (3), and
 * enumerations grow: nothing here may be relied on without a look.
 */
export interface WireMetaError {
  code?: string | null;
  message?: string | null;
  field?: string | null;
}

export interface WireMeta {
  errors?: WireMetaError[] | null;
  total?: number | null;
  limit?: number | null;
  offset?: number | null;
  links?: { next?: { href?: string | null } | null } | null;
}

/** What groups and plans say of their two ends. */
export interface WireSided {
  id: string;
  name?: string | null;
  description?: string | null;
  status?: string | null;
  /** The folder's id (3.4). */
  location?: string | null;
  location_name?: string | null;
  protected_site_name?: string | null;
  recovery_site_name?: string | null;
  protected_vc_guid?: string | null;
  recovery_vc_guid?: string | null;
  _meta?: WireMeta | null;
}

export interface WirePlan extends WireSided {
  progress?: number | null;
  is_running?: boolean | null;
}

export interface WireGroup extends WireSided {
  total_vms?: number | null;
  replication_type?: string | null;
  recovery_status?: string | null;
}

export interface WireGroupVm {
  id: string;
  name?: string | null;
  protection_status_details?: { status?: string | null; errors?: string[] | null } | null;
  _meta?: WireMeta | null;
}

export interface WirePlanVm {
  id: string;
  name?: string | null;
  status?: string | null;
  protection_group_name?: string | null;
}

export interface WireReplicatedVm {
  id: string;
  name?: string | null;
  template?: boolean | null;
  replication_status?: string | null;
}

/** v1 gives times as strings, v2 as milliseconds (1.2). `result` is a moref string after a create (3.4). */
export interface WireTask {
  id: string;
  description?: string | null;
  description_id?: string | null;
  entity?: string | null;
  entity_name?: string | null;
  status?: string | null;
  progress?: number | null;
  queued_time?: number | string | null;
  start_time?: number | string | null;
  complete_time?: number | string | null;
  error?: { message?: string | null; details?: string | null } | null;
  result?: unknown;
}

export interface WirePrompt {
  id: string;
  raised_time?: number | string | null;
  description?: string | null;
  prompt_text?: string | null;
}

export interface WireHistoryReport {
  plan_name?: string | null;
  username?: string | null;
  operation_type?: string | null;
  start_time_ms?: number | string | null;
  duration_ms?: number | string | null;
  result_state?: string | null;
  error_count?: number | null;
  warning_count?: number | null;
  run_key?: number | string | null;
  errors_list?: (string | null)[] | null;
  warnings_list?: (string | null)[] | null;
  _meta?: WireMeta | null;
}

export interface WireServer {
  id?: string | null;
  name?: string | null;
  server_status?: string | null;
  version?: string | null;
  certificates?: { not_after?: number | string | null }[] | null;
  certificate_warnings?: unknown[] | null;
}

export interface WirePairing {
  pairing_id: string;
  local_vc_server?: WireServer | null;
  remote_vc_server?: WireServer | null;
  local_srm_server?: WireServer | null;
  remote_srm_server?: WireServer | null;
}

/** Epoch milliseconds of a v1 or v2 time. */
export function epochMsOf(time: unknown): number | null {
  if (typeof time === 'number') return Number.isFinite(time) ? time : null;
  if (typeof time !== 'string' || time.trim() === '') return null;
  const ms = /^\d+$/.test(time.trim()) ? Number(time) : Date.parse(time);
  return Number.isFinite(ms) ? ms : null;
}

/** RFC 3339 of a v1 or v2 time. */
export function timeOf(time: unknown): string | null {
  const ms = epochMsOf(time);
  return ms === null || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString();
}

/** A text that says something, or null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Sentences of errors and warnings, as they may be shown. */
export function textsOf(texts: readonly unknown[] | null | undefined): string[] {
  const told = (texts ?? []).map(textOf).filter((text) => text !== null);
  return told.map((text) => shownText(text));
}

/** A sentence as a part of another one. */
export function clauseOf(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

export function percentOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : null;
}

/** Which field of a list's items each gap is about (a JSONPath, 3.1); null = more than one field, or not told. */
export function gapFieldsOf(meta: WireMeta | null | undefined): (string | null)[] {
  const errors = Array.isArray(meta?.errors) ? meta.errors : [];
  return errors.map(({ field }) => /^\$\.list\[(?:\d+|\*)\]\.(\w+)/.exec(textOf(field) ?? '')?.[1] ?? null);
}

/** Sentences about the parts of a 200 answer that could not be filled (3.1). */
export function gapsOf(meta: WireMeta | null | undefined): string[] {
  const errors = Array.isArray(meta?.errors) ? meta.errors : [];
  return errors.map((error) =>
    shownText(textOf(error?.message) ?? textOf(error?.code) ?? 'a part could not be read'),
  );
}
