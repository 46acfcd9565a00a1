import { DRILL_STATES, type Drill } from './inventory.js';
import type { Severity } from './site-finding.js';

/** Of a drill as the gateway keeps it: also after it was removed. */
export const KEPT_DRILL_STATES = [...DRILL_STATES, 'ENDED'] as const;
export type KeptDrillState = (typeof KEPT_DRILL_STATES)[number];

/** Something of a drill that is still there after its clean-up. */
export interface Leftover {
  /** Tells the leftovers of one drill apart. */
  key: string;
  severity: Severity;
  text: string;
  /** What to do about it, in one sentence. */
  remedy: string;
}

/** A drill, and what the gateway keeps of it. Times RFC 3339. */
export interface DrillRecord {
  /** As it was seen last. */
  drill: Drill;
  /** When the look began that first showed it, milliseconds. */
  seenMs: number;
  /** By the operation that began it, the upstream, or the first look that showed it, whichever is known in this order. */
  startedTime: string;
  startedBy: string | null;
  /** The operation that began it, ours or one begun outside; null = none is known. */
  operationId: string | null;
  /** Set when it began; somebody may have moved it since. */
  dueTime: string;
  /** The network that was chosen for it, which is nobody's leftover; null = none was. */
  chosenNetworkId: string | null;
  /** When its clean-up ended, or a look first missed it; null = it stands. */
  endedTime: string | null;
  endedBy: string | null;
  cleanUpOperationId: string | null;
  leftovers: Leftover[];
}
