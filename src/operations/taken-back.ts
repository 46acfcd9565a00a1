import type { Change } from '../domain/operation-change.js';
import { isoTime } from '../platform/clock.js';

export const SENDER_ENDED = 'the process that was to send it ended before that.';

/**
 * What is written of an attempt for which certainly nothing left.
 * @param notBeforeMs when the next one may follow, milliseconds since the epoch
 */
export function takenBack(
  attemptId: string,
  notBeforeMs: number,
  why: string,
): Extract<Change, { kind: 'NOT_SENT' }> {
  const text = `Not sent: ${why} It will be tried again.`;
  return { kind: 'NOT_SENT', attemptId, notBefore: isoTime(notBeforeMs), text };
}
