import type { TargetType } from './dr-action.js';
import type { Place } from './resource-paths.js';

/** What somebody should look at, by what it is about. */
export const FINDING_TYPES = [
  /** It says that it is protected, and something in it is not. */
  'NOT_REALLY_PROTECTED',
  /** Protected, but in no plan: nothing would fail it over. */
  'NOT_RECOVERABLE',
  /** The copy is behind: not synchronised yet, or beyond the objective. */
  'REPLICATION_LAG',
  /** A drill stands longer than it should. */
  'DRILL_OVERDUE',
  /** A drill is due for clean-up soon. */
  'DRILL_DUE_SOON',
  /** A clean-up left something behind. */
  'DRILL_LEFTOVERS',
  /** Workloads may run at both sites: somebody must settle which one counts. */
  'SPLIT_BRAIN',
  /** Runs at the other site, without protection. */
  'REPROTECT_DUE',
  /** An action stopped half way. */
  'INCOMPLETE_ACTION',
  /** A run waits for a person's answer. */
  'PROMPT_WAITING',
  /** What became of a request is not known; a person must decide. */
  'OPERATION_UNKNOWN',
  /** An operation that has not moved for long. */
  'OPERATION_STALLED',
  /** Jobs that failed and were not cleared. */
  'FAILED_TASKS',
  /** A certificate ends soon, or has ended. */
  'CERTIFICATE_EXPIRING',
  /** The site, or the one paired with it, does not answer or lets nobody in. */
  'SITE_UNREACHABLE',
  /** The upstream reports a fault of its own. */
  'UPSTREAM_ISSUE',
  /** A state that is not known here. */
  'UNKNOWN_STATE',
  /** What the site answered cannot be true; the last good answer is shown instead. */
  'IMPLAUSIBLE_ANSWER',
] as const;
export type FindingType = (typeof FINDING_TYPES)[number];

/** From the worst. CRITICAL: a failover would not do what is expected of it, or data are at risk now. */
export const SEVERITIES = ['CRITICAL', 'WARNING', 'INFO'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface FindingTarget {
  type: TargetType;
  /** null = it has none, or it is not known. */
  id: string | null;
  name: string;
  /** The group or plan that a part belongs to; absent or null = the target is no part, or it is not known. */
  within?: Place | null;
}

/** What is wrong, as whoever sees it says it: a rule over the inventory, or a driver. */
export interface Concern {
  type: FindingType;
  severity: Severity;
  /** What it is about. */
  target: FindingTarget;
  /** Tells apart several concerns of one type about one target; stable from one look to the next. '' = there is only one. */
  detailKey: string;
  /** One or two sentences for an operator. */
  text: string;
  /** What to do about it, in one sentence. */
  remedy: string;
  /** Since when, where the upstream tells; null = since it was first seen here. */
  sinceTime: string | null;
  /** When it was last looked at and seen to hold; absent = in the look that tells it. Older where parts are looked at in turn. */
  seenTime?: string;
}
