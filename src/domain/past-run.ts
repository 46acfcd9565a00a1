import type { DrAction, TargetType } from './dr-action.js';
import type { Outcome } from './operation.js';

/** A finished run, as the history of its site tells of it. */
export interface PastRun {
  /** The site's own id of the report, the same whenever it is asked; '' = it has none. */
  id: string;
  action: DrAction;
  /** Other actions that the site tells by the same word. */
  orElse: readonly DrAction[];
  targetType: TargetType;
  /** null = the site tells only the name that the target had. */
  targetNativeId: string | null;
  targetName: string;
  state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  outcome: Outcome;
  /** The site's word for how it ended. */
  upstreamState: string;
  /** null = the site does not tell. */
  requestedBy: string | null;
  /** RFC 3339, by the site's clock. */
  startedTime: string;
  /** null = the site does not tell how long it took. */
  endedTime: string | null;
  errors: readonly string[];
  warnings: readonly string[];
}

/** Which runs are told: by their start, milliseconds since the epoch by the site's clock. */
export interface PastRunsQuestion {
  fromMs: number;
  untilMs: number;
  /** `next` of the page before; null = the first page. */
  after: string | null;
}

/** Newest first, as far as the site keeps to an order; a run may come twice, on two pages. */
export interface PastRunsPage {
  runs: PastRun[];
  /** Runs of this page of which it cannot be told what they were or how they ended. */
  leftOut: number;
  /** null = that was the last one. */
  next: string | null;
  /** How far the site's clock is ahead of ours, milliseconds; null = not known. */
  aheadMs: number | null;
}
