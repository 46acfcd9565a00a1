import type { Change } from '../domain/operation-change.js';
import { canBeLate } from '../domain/operation-lateness.js';
import type { Operation } from '../domain/operation.js';
import type { OperationSettings } from './settings.js';

/** Whoever looks at its site says it sooner and knows more: the clock speaks when nobody has. */
const GRACE_MS = 60_000;

/** What the clock alone says of an operation whose site may be out of sight; null = nothing new. */
export function lateness(
  operation: Operation,
  nowMs: number,
  { overdueMs, stalledMs }: Pick<OperationSettings, 'overdueMs' | 'stalledMs'>,
): Extract<Change, { kind: 'LATE' }> | null {
  if (!canBeLate(operation)) return null;
  const { startedTime, progressTime, prompts } = operation;
  const runningMs = startedTime === null ? 0 : nowMs - Date.parse(startedTime);
  const stillMs = prompts.length > 0 ? 0 : nowMs - Date.parse(progressTime);
  const overdue = runningMs > overdueMs + GRACE_MS;
  const stalled = stillMs > stalledMs + GRACE_MS;
  if ((!overdue || operation.overdue) && (!stalled || operation.stalled)) return null;
  const text = [
    ...(overdue ? [`It has run for ${minutes(runningMs)} min, which is long.`] : []),
    ...(stalled ? [`Nothing of it was seen to move for ${minutes(stillMs)} min.`] : []),
  ].join(' ');
  return { kind: 'LATE', overdue, stalled, text };
}

function minutes(ms: number): number {
  return Math.floor(ms / 60_000);
}
