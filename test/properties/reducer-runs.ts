import fc from 'fast-check';
import type { Change } from '../../src/domain/operation-change.js';
import { VERDICTS, type Operation } from '../../src/domain/operation.js';
import { at, call, refusal, seen, upstreamCall } from '../unit/support/operation.js';

/** What happens next, as far as it can be said without knowing the record. */
export interface Move {
  kind: Change['kind'];
  /** Whose answer: of the attempts there were, counted from the last. */
  attempt: number;
  callIndex: number;
  flag: boolean;
  choice: number;
}

/** Changes of operations that are one by themselves; those of composites are not among them. */
const KINDS = [
  'INTENT',
  'NOT_SENT',
  'ACCEPTED',
  'REFUSED',
  'AMBIGUOUS',
  'ADOPTED',
  'UNDECIDED',
  'GIVEN_UP',
  'DELAYED',
  'DOUBTED',
  'OBSERVED',
  'CANCEL_REQUESTED',
  'CANCEL_SENDING',
  'CANCEL_ANSWERED',
  'INPUT_REQUESTED',
  'INPUT_SENDING',
  'INPUT_ANSWERED',
  'REQUEST_LAPSED',
  'RESOLVED',
  'VERDICT',
] as const satisfies readonly Change['kind'][];

/** Most moves are those by which an operation goes on; ends are rare, or there would be nothing to see. */
const kind = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('INTENT', 'ACCEPTED', 'AMBIGUOUS', 'NOT_SENT') },
  { weight: 5, arbitrary: fc.constantFrom(...KINDS.filter((k) => k !== 'VERDICT' && k !== 'RESOLVED')) },
  { weight: 1, arbitrary: fc.constantFrom('VERDICT', 'RESOLVED') },
);

export const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    kind,
    attempt: fc.nat(3),
    callIndex: fc.nat(3),
    flag: fc.boolean(),
    choice: fc.nat(11),
  }),
  { minLength: 1, maxLength: 40 },
);

/** The change that a move is, where so many attempts were begun. Ids of attempts are never used twice, as real ones. */
export function changeOf(move: Move, step: number, attempts: readonly string[]): Change {
  const { callIndex, flag, choice } = move;
  const attemptId = attempts.at(-1 - move.attempt) ?? 'none';
  const answer = (['ACCEPTED', 'REFUSED', 'AMBIGUOUS', 'REQUESTED'] as const)[choice % 4] ?? 'ACCEPTED';
  const overBy = at(100 + (choice % 2));
  switch (move.kind) {
    case 'INTENT':
      return {
        kind: 'INTENT',
        callIndex,
        attempt: { id: `attempt-${step}`, intentTime: at(step), overBy: at(step + 40) },
        ...(flag ? { preparation: preparation(1 + (choice % 3)) } : {}),
      };
    case 'NOT_SENT':
      return {
        kind: 'NOT_SENT',
        attemptId,
        notBefore: at(step + 5),
        text: 'Not sent.',
        heldBackMs: choice * 10,
      };
    case 'ACCEPTED':
      return { kind: 'ACCEPTED', attemptId, ref: { jobIds: flag ? [`job-${step}`] : [] } };
    case 'REFUSED':
      return { kind: 'REFUSED', attemptId, problem: refusal };
    case 'AMBIGUOUS':
      return { kind: 'AMBIGUOUS', attemptId, evidence: `It broke at ${step}.` };
    case 'ADOPTED':
      return { kind: 'ADOPTED', callIndex, ref: { jobIds: [`found-${step}`] }, evidence: 'It is there.' };
    case 'UNDECIDED':
    case 'DOUBTED':
      return { kind: move.kind, evidence: `Nobody knows at ${choice}.` };
    case 'GIVEN_UP':
      return { kind: 'GIVEN_UP', problem: refusal };
    case 'DELAYED':
      return { kind: 'DELAYED', notBefore: at(step + 5), text: 'Later.' };
    case 'OBSERVED':
      return { kind: 'OBSERVED', seen: sightOf(choice, flag) };
    case 'CANCEL_REQUESTED':
      return { kind: 'CANCEL_REQUESTED', request: { requestedBy: 'ada', requestedTime: at(step) } };
    case 'CANCEL_SENDING':
      return { kind: 'CANCEL_SENDING', overBy };
    case 'CANCEL_ANSWERED':
      return { kind: 'CANCEL_ANSWERED', state: answer, detail: null, ...(flag ? { overBy } : {}) };
    case 'INPUT_REQUESTED':
      return {
        kind: 'INPUT_REQUESTED',
        request: { promptId: 'p', requestedBy: 'ada', requestedTime: at(step) },
      };
    case 'INPUT_SENDING':
      return { kind: 'INPUT_SENDING', promptId: 'p', overBy };
    case 'INPUT_ANSWERED':
      return {
        kind: 'INPUT_ANSWERED',
        promptId: 'p',
        state: answer,
        detail: null,
        ...(flag ? { overBy } : {}),
      };
    case 'REQUEST_LAPSED':
      return { kind: 'REQUEST_LAPSED', request: flag ? 'CANCEL' : 'INPUT', detail: 'Too late.' };
    case 'RESOLVED':
      return {
        kind: 'RESOLVED',
        resolution: {
          verdict: (['SUCCEEDED', 'FAILED', 'NOT_EXECUTED'] as const)[choice % 3] ?? 'FAILED',
          reason: 'seen',
          resolvedBy: 'ben',
          resolvedTime: at(step),
        },
        shows: flag,
        problem: null,
        createdId: null,
      };
    default:
      return {
        kind: 'VERDICT',
        state: VERDICTS[choice % VERDICTS.length] ?? 'FAILED',
        outcome: flag ? 'FULL' : 'NONE',
        problem: null,
        text: 'It is over.',
      };
  }
}

function preparation(calls: number) {
  const labels = ['one', 'two', 'three'].slice(0, calls);
  return {
    before: null,
    baseline: { counted: calls },
    calls: labels.map((label) => call('PENDING', { call: upstreamCall(label) })),
    warnings: [],
  };
}

function sightOf(choice: number, flag: boolean) {
  const prompts = flag ? [{ id: 'p', text: 'Go on?', raisedTime: null }] : [];
  return seen({ progressPercent: choice * 9, prompts, jobsOver: choice > 8 });
}

/** A state of a call's submission, and what was given for it: what the properties compare. */
export function submissionOf(operation: Operation, index: number) {
  const found = operation.calls[index];
  return { state: found?.state ?? null, attempt: found?.attempt?.id ?? null, ref: found?.ref ?? null };
}
