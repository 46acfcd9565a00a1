import type { UpstreamRef } from './action-command.js';
import type { ActiveSite, Direction } from './dr-action.js';
import type { ProtectionState } from './inventory.js';

/** What one upstream job says. GONE = the upstream no longer knows it, which says nothing of its end. */
export const JOB_STATES = [
  'QUEUED',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'GONE',
  'UNRECOGNIZED',
] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface JobObservation {
  id: string;
  state: JobState;
  /** The upstream's own word; null when the job is gone. */
  word: string | null;
  progressPercent: number | null;
  /** The upstream's words of failure, safe to show. */
  error: { code: string | null; message: string | null } | null;
  /** When it ended, by the upstream's clock, RFC 3339; absent = it has not, or that is not told. */
  endedTime?: string;
}

/** What a resource says of itself at one instant: the second of the two truths. */
export interface ResourceFacts {
  exists: boolean;
  name: string | null;
  state: ProtectionState;
  /** The upstream's own word; '' when the resource does not exist. */
  word: string;
  activeSite: ActiveSite | null;
  nextDirection: Direction | null;
}

export const STEP_STATES = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELLED'] as const;
export type StepState = (typeof STEP_STATES)[number];

export interface OperationStep {
  id: string;
  title: string;
  state: StepState;
  progressPercent: number | null;
  /** What went wrong in it, in one sentence. */
  detail?: string | null;
  /** Of a step that is an operation of its own. */
  operationId?: string | null;
}

/** A question the upstream waits on a person for. */
export interface Prompt {
  id: string;
  text: string;
  raisedTime: string | null;
}

/** What a driver saw of one unfinished operation. */
export interface Observation {
  operationId: string;
  jobs: JobObservation[];
  /**
   * The target, or the drill where the lifecycle row observes drills. null = not read this time; read at the
   * latest when every job has ended.
   */
  resource: ResourceFacts | null;
  /**
   * Whether what the action is for shows where its state does not tell: an attachment, a size, a name, a tag.
   * null, or absent = it cannot be seen.
   */
  effect?: 'SEEN' | 'MISSING' | null;
  progressPercent: number | null;
  steps: OperationStep[];
  prompts: Prompt[];
  /** Public id of what a creating action made, once known. */
  createdId: string | null;
  /** Things that went well with blemishes: machines in error after a run that ended. */
  warnings: string[];
}

/** Whether an ambiguous call took effect. */
export type Finding =
  | { verdict: 'STARTED'; ref: UpstreamRef; evidence: string }
  /** Nothing speaks for it. Proves nothing by itself. */
  | { verdict: 'NOT_SEEN'; evidence: string }
  /** More than one candidate, or evidence that cannot be told apart. */
  | { verdict: 'UNDECIDABLE'; evidence: string };
