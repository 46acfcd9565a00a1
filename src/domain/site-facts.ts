import type { DrAction } from './dr-action.js';

/** What a site tells beyond its groups and plans. Absent knowledge is null. */

/** Something the upstream itself finds wrong. */
export interface Issue {
  severity: 'WARNING' | 'ERROR';
  /** The upstream's word for what it is about. */
  kind: string;
  /** The public id of the group or plan it is about, where it is one. */
  resourceId: string | null;
  resourceName: string | null;
  text: string;
  time: string | null;
}

/** A finished run, as the upstream's own history has it (both keep about seven days). */
export interface RunReport {
  /** The upstream's id of the report. */
  id: string;
  recoveryPlanId: string | null;
  planName: string;
  /** null = a word that is not known here; see `upstreamAction`. */
  action: DrAction | null;
  upstreamAction: string;
  result: 'SUCCEEDED' | 'SUCCEEDED_WITH_WARNINGS' | 'FAILED' | 'CANCELLED' | 'UNKNOWN';
  upstreamResult: string;
  requestedBy: string | null;
  startedTime: string | null;
  durationMs: number | null;
  errorCount: number | null;
  warningCount: number | null;
  errors: string[];
  warnings: string[];
}

/** How many of a kind there may be. */
export interface Quota {
  resource: 'PROTECTION_GROUPS' | 'REPLICATION_PAIRS' | 'OTHER';
  upstreamType: string;
  used: number;
  /** null = unlimited. */
  limit: number | null;
}

/** A job that failed and that the upstream keeps until somebody clears it. */
export interface FailedTask {
  /** What CLEAR_FAILED_TASKS takes. */
  id: string;
  jobId: string | null;
  /** Of the group it happened inside; null = it is about a group itself, or not told. */
  protectionGroupId: string | null;
  resourceId: string | null;
  resourceName: string | null;
  /** The upstream's words. */
  resourceType: string | null;
  what: string | null;
  code: string | null;
  message: string | null;
  time: string | null;
}

/** How many resources missed their recovery point at one time. */
export interface RpoStatistic {
  time: string;
  resourceType: string;
  /** Resources beyond their objective. */
  violations: number;
}

export interface ApiVersion {
  id: string;
  state: 'CURRENT' | 'SUPPORTED' | 'DEPRECATED' | 'UNKNOWN';
  updatedTime: string | null;
}

/** A server that the site consists of. */
export interface SiteServer {
  /** The upstream's id. */
  id: string;
  name: string;
  role: 'RECOVERY_MANAGER' | 'VCENTER';
  end: 'LOCAL' | 'REMOTE';
  state: 'OK' | 'WARNING' | 'ERROR' | 'UNKNOWN';
  version: string | null;
  certificateExpiryTime: string | null;
  warnings: string[];
}

/** A tag that instances of the site bear, with all its values. */
export interface TagValues {
  key: string;
  values: string[];
}
