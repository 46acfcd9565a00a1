import type { Operation } from '../domain/operation.js';
import { isPastOperation } from './past-operation-id.js';

/** So far apart may two accounts of one run be, when the clocks are known to agree. */
const APART_MS = 120_000;
/** Where only the end of something was seen, it was done so long before at the most. */
export const UNSEEN_MS = 7 * 86_400_000;

/** A run in our time, and what it was about. */
export interface PastSpan {
  beganMs: number;
  endedMs: number;
  actions: readonly string[];
  /** null = only its name is known. */
  targetId: string | null;
  targetName: string;
}

/**
 * Whether an operation that is in the history already is this run: the gateway asked for it, or found it when it was
 * under way or had just ended.
 * @param operations of the same site and of about that time, oldest first
 */
export function isKnownRun(span: PastSpan, operations: readonly Operation[]): boolean {
  const near = operations.filter((one) => isAbout(one, span) && !isPastOperation(one.id) && mayBeOne(one));
  return near.some((operation, i) => {
    if (!span.actions.includes(operation.action)) return false;
    const began = beganMs(operation, near[i - 1] ?? null);
    const ended = operation.endedTime === null ? Infinity : Date.parse(operation.endedTime);
    return began - APART_MS <= span.endedMs && ended + APART_MS >= span.beganMs;
  });
}

function isAbout({ target }: Operation, { targetId, targetName }: PastSpan): boolean {
  return targetId !== null && target.id !== null ? target.id === targetId : target.name === targetName;
}

/** What was refused, or ended before it was sent, is no run of the site. */
function mayBeOne({ origin, state, outcome, calls }: Operation): boolean {
  if (origin === 'EXTERNAL') return true;
  if (state === 'REJECTED' && outcome === 'NONE') return false;
  return calls.some((call) => call.state !== 'PENDING' && call.state !== 'REFUSED');
}

/** The earliest that it can have begun. */
function beganMs(
  { createdTime, startedTime, endedTime, origin }: Operation,
  before: Operation | null,
): number {
  const created = Date.parse(createdTime);
  if (startedTime !== null) return Math.min(created, Date.parse(startedTime));
  if (origin !== 'EXTERNAL' || endedTime !== createdTime) return created;
  // Only its end was seen, and that at the next look: it was done after whatever went before.
  return Math.max(created - UNSEEN_MS, before?.endedTime ? Date.parse(before.endedTime) : -Infinity);
}
