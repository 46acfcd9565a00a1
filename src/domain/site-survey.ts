import type { DrAction, TargetType } from './dr-action.js';
import type { Drill, ProtectionGroup, RecoveryPlan } from './inventory.js';
import type { JobState } from './observation.js';

/**
 * Everything that a site holds, seen in one look. Each list is whole: a driver that cannot tell all of it
 * throws instead.
 */
export interface SiteSurvey {
  groups: ProtectionGroup[];
  plans: RecoveryPlan[];
  /** Every drill that stands, of all plans. */
  drills: Drill[];
  /** What is under way, or ended lately, as far as the upstream lists it: whoever began it. */
  runs: UpstreamRun[];
}

/** Work at the upstream, known by a job of its own. Empty where the upstream lists no jobs. */
export interface UpstreamRun {
  /** The upstream's id of the job. */
  jobId: string;
  /** null = its words do not tell which action it is. */
  action: DrAction | null;
  targetType: TargetType;
  /** Native id of the group, plan or drill it works on. */
  targetNativeId: string;
  state: JobState;
  /** Who began it, in the upstream's words, where it tells. */
  requestedBy: string | null;
  /** By the upstream's clock. */
  startedTime: string | null;
}

/** What was held at one instant. */
export interface DatedSurvey {
  /** When the look began, by our clock, milliseconds since the epoch: what was true then or later. */
  takenMs: number;
  survey: SiteSurvey;
}

/** A look at a site, and the one before it that was believed. */
export interface SiteLook {
  before: DatedSurvey | null;
  after: DatedSurvey;
}
