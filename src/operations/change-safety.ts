import type { Change } from '../domain/operation-change.js';

/** What must be so before a change counts. */
export interface ChangeSafety {
  /**
   * When the journal is told of it.
   * - `PROMISE`: the record, before anybody is told; without it nothing may be sent.
   * - `ANSWER`: what an upstream said, before the store is told; then the store may be away for a while.
   * - `RECORD`: the record, afterwards, as well as it goes; but the end of what was not sent is a promise.
   * - `NEVER`: what is seen again by itself.
   */
  journal: 'PROMISE' | 'ANSWER' | 'RECORD' | 'NEVER';
  /**
   * What the replicas are for it; every end is `KEPT` at least.
   * - `PROMISE`: it is promised to a person, or precedes a send: nothing may be told or sent unless they have it.
   * - `KEPT`: the rest is built upon it: waited for, and it goes on all the same.
   * - `NONE`: not waited for.
   */
  replicas: 'PROMISE' | 'KEPT' | 'NONE';
  /**
   * Written also while the guard is closed: what an upstream has answered is true whatever the store has lost, and the
   * guard itself doubts. Everything else is concluded from the record: upon an old one it may be false, and it would
   * count the version up, so that what was lost looks older than what is left.
   */
  evenWhileGuarded: boolean;
}

const SEND: ChangeSafety = { journal: 'PROMISE', replicas: 'PROMISE', evenWhileGuarded: false };
const ASKED: ChangeSafety = { journal: 'RECORD', replicas: 'PROMISE', evenWhileGuarded: false };
const ANSWER: ChangeSafety = { journal: 'ANSWER', replicas: 'NONE', evenWhileGuarded: true };
const KNOWN: ChangeSafety = { journal: 'RECORD', replicas: 'KEPT', evenWhileGuarded: false };
const TOLD: ChangeSafety = { journal: 'RECORD', replicas: 'NONE', evenWhileGuarded: false };
const SEEN: ChangeSafety = { journal: 'NEVER', replicas: 'NONE', evenWhileGuarded: false };

export const CHANGE_SAFETY: Readonly<Record<Change['kind'], ChangeSafety>> = {
  INTENT: SEND,
  CANCEL_SENDING: SEND,
  INPUT_SENDING: SEND,

  CANCEL_REQUESTED: ASKED,
  INPUT_REQUESTED: ASKED,

  NOT_SENT: ANSWER,
  ACCEPTED: { ...ANSWER, replicas: 'KEPT' },
  REFUSED: ANSWER,
  AMBIGUOUS: { ...ANSWER, replicas: 'KEPT' },
  CANCEL_ANSWERED: ANSWER,
  INPUT_ANSWERED: ANSWER,

  ADOPTED: KNOWN,
  RESOLVED: KNOWN,

  UNDECIDED: TOLD,
  GIVEN_UP: TOLD,
  REQUEST_LAPSED: TOLD,
  DOUBTED: { ...TOLD, evenWhileGuarded: true },
  COMPOSITE_BEGUN: TOLD,
  STEP_STARTED: TOLD,
  STEP_WAITING: TOLD,
  STEP_ENDED: TOLD,
  VERDICT: TOLD,

  DELAYED: SEEN,
  OBSERVED: SEEN,
  LATE: SEEN,
  RECOGNIZED: SEEN,
  STEP_SEEN: SEEN,
};
