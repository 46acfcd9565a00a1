import type { Change } from '../domain/operation-change.js';

/**
 * When the journal is told of a change.
 * - `PROMISE`: the record, before anybody is told; without it nothing may be sent.
 * - `ANSWER`: what an upstream said, before the store is told; then the store may be away for a while.
 * - `RECORD`: the record, afterwards, as well as it goes; but the end of what was not sent is a promise.
 * - `NEVER`: what is seen again by itself.
 */
export type Journaling = 'PROMISE' | 'ANSWER' | 'RECORD' | 'NEVER';

export const JOURNALING: Readonly<Record<Change['kind'], Journaling>> = {
  INTENT: 'PROMISE',
  CANCEL_SENDING: 'PROMISE',
  INPUT_SENDING: 'PROMISE',

  NOT_SENT: 'ANSWER',
  ACCEPTED: 'ANSWER',
  REFUSED: 'ANSWER',
  AMBIGUOUS: 'ANSWER',
  CANCEL_ANSWERED: 'ANSWER',
  INPUT_ANSWERED: 'ANSWER',

  ADOPTED: 'RECORD',
  UNDECIDED: 'RECORD',
  GIVEN_UP: 'RECORD',
  DOUBTED: 'RECORD',
  CANCEL_REQUESTED: 'RECORD',
  INPUT_REQUESTED: 'RECORD',
  RESOLVED: 'RECORD',
  COMPOSITE_BEGUN: 'RECORD',
  STEP_STARTED: 'RECORD',
  STEP_WAITING: 'RECORD',
  STEP_ENDED: 'RECORD',
  VERDICT: 'RECORD',

  DELAYED: 'NEVER',
  OBSERVED: 'NEVER',
  LATE: 'NEVER',
  RECOGNIZED: 'NEVER',
  STEP_SEEN: 'NEVER',
};
