import type { Change } from '../../../src/domain/operation-change.js';
import { reduce } from '../../../src/domain/operation-machine.js';
import {
  isVerdict,
  OPERATION_STATES,
  VERDICTS,
  type OperationState,
  type Resolution,
  type Verdict,
} from '../../../src/domain/operation.js';
import { at, attempt, call, operationIn, refusal, seen } from '../support/operation.js';

const preparation = { before: null, baseline: null, calls: [call('PENDING')], warnings: [] };
const question = { id: 'q', text: 'Is the old site dark?', raisedTime: null };
const settled = (verdict: Resolution['verdict']): Change => ({
  kind: 'RESOLVED',
  resolution: { verdict, reason: 'seen at the console', resolvedBy: 'ben', resolvedTime: at(9) },
  shows: false,
  problem: null,
  createdId: null,
});
const ended = (state: Verdict): Change => ({
  kind: 'VERDICT',
  state,
  outcome: 'NONE',
  problem: null,
  text: 'It is over.',
});

/** What each change makes of an operation of one call in each state; a state that is not named ignores it. */
const TABLE: readonly [string, Change, Partial<Record<OperationState, OperationState>>][] = [
  [
    'an intent',
    { kind: 'INTENT', callIndex: 0, attempt: attempt('attempt-2'), preparation },
    { PENDING: 'SUBMITTING' },
  ],
  [
    'the owner saying that nothing was sent',
    { kind: 'NOT_SENT', attemptId: 'attempt-1', notBefore: at(60), text: 'Not sent.' },
    { SUBMITTING: 'PENDING', RECONCILING: 'PENDING', UNKNOWN: 'UNKNOWN' },
  ],
  [
    'an acceptance',
    { kind: 'ACCEPTED', attemptId: 'attempt-1', ref: { jobIds: ['job-1'] } },
    { SUBMITTING: 'RUNNING', RECONCILING: 'RUNNING', UNKNOWN: 'RUNNING' },
  ],
  [
    'a refusal',
    { kind: 'REFUSED', attemptId: 'attempt-1', problem: refusal },
    { SUBMITTING: 'REJECTED', RECONCILING: 'REJECTED', UNKNOWN: 'REJECTED' },
  ],
  [
    'an ambiguous answer',
    { kind: 'AMBIGUOUS', attemptId: 'attempt-1', evidence: 'The connection broke.' },
    { SUBMITTING: 'RECONCILING', RECONCILING: 'RECONCILING', UNKNOWN: 'RECONCILING' },
  ],
  [
    'evidence that the upstream took it',
    { kind: 'ADOPTED', callIndex: 0, ref: { jobIds: ['job-1'] }, evidence: 'job-1 began since' },
    { RECONCILING: 'RUNNING', UNKNOWN: 'RUNNING' },
  ],
  [
    'evidence that does not decide',
    { kind: 'UNDECIDED', evidence: 'Nothing speaks for it.' },
    {
      RUNNING: 'UNKNOWN',
      WAITING_FOR_INPUT: 'UNKNOWN',
      RECONCILING: 'UNKNOWN',
      CANCELLING: 'UNKNOWN',
      UNKNOWN: 'UNKNOWN',
    },
  ],
  ['giving up what was not sent, where everything was', { kind: 'GIVEN_UP', problem: refusal }, {}],
  [
    'a look without a prompt',
    { kind: 'OBSERVED', seen: seen() },
    {
      RUNNING: 'RUNNING',
      WAITING_FOR_INPUT: 'RUNNING',
      RECONCILING: 'RECONCILING',
      UNKNOWN: 'RUNNING',
      CANCELLING: 'CANCELLING',
    },
  ],
  [
    'a look that shows a prompt',
    { kind: 'OBSERVED', seen: seen({ prompts: [question] }) },
    {
      RUNNING: 'WAITING_FOR_INPUT',
      WAITING_FOR_INPUT: 'WAITING_FOR_INPUT',
      RECONCILING: 'RECONCILING',
      UNKNOWN: 'WAITING_FOR_INPUT',
      CANCELLING: 'CANCELLING',
    },
  ],
  [
    'a wish to cancel',
    { kind: 'CANCEL_REQUESTED', request: { requestedBy: 'ada', requestedTime: at(5) } },
    { PENDING: 'CANCELLED', RUNNING: 'CANCELLING', WAITING_FOR_INPUT: 'CANCELLING' },
  ],
  [
    'a cancel on its way to the upstream',
    { kind: 'CANCEL_SENDING', overBy: at(45) },
    { CANCELLING: 'CANCELLING' },
  ],
  [
    'an answer to a cancel that is not on its way',
    { kind: 'CANCEL_ANSWERED', state: 'ACCEPTED', detail: null },
    {},
  ],
  [
    'success',
    ended('SUCCEEDED'),
    {
      RUNNING: 'SUCCEEDED',
      WAITING_FOR_INPUT: 'SUCCEEDED',
      RECONCILING: 'SUCCEEDED',
      UNKNOWN: 'SUCCEEDED',
      CANCELLING: 'SUCCEEDED',
    },
  ],
  [
    'failure',
    ended('FAILED'),
    {
      RUNNING: 'FAILED',
      WAITING_FOR_INPUT: 'FAILED',
      RECONCILING: 'FAILED',
      UNKNOWN: 'FAILED',
      CANCELLING: 'FAILED',
    },
  ],
  [
    'a stop',
    ended('CANCELLED'),
    {
      PENDING: 'CANCELLED',
      RUNNING: 'CANCELLED',
      WAITING_FOR_INPUT: 'CANCELLED',
      RECONCILING: 'CANCELLED',
      UNKNOWN: 'CANCELLED',
      CANCELLING: 'CANCELLED',
    },
  ],
  ['a person settling it as done', settled('SUCCEEDED'), { UNKNOWN: 'SUCCEEDED' }],
  ['a person settling it as failed', settled('FAILED'), { UNKNOWN: 'FAILED' }],
  ['a person settling it as never carried out', settled('NOT_EXECUTED'), { UNKNOWN: 'FAILED' }],
  [
    'a rejection',
    ended('REJECTED'),
    { PENDING: 'REJECTED', SUBMITTING: 'REJECTED', RECONCILING: 'REJECTED', UNKNOWN: 'REJECTED' },
  ],
];

describe.each(TABLE)('%s', (_name, change, outcomes) => {
  it.each(OPERATION_STATES)('finds an operation that is %s', (state) => {
    const before = operationIn(state);
    const step = reduce(before, change, at(10));
    expect(step?.operation.state ?? 'ignored').toBe(outcomes[state] ?? 'ignored');
    if (!step) return;
    expect(step.operation).toMatchObject({ version: before.version + 1, updatedTime: at(10) });
    expect(step.event).toMatchObject({
      operationId: before.id,
      sequence: before.version + 1,
      state: step.operation.state,
      outcome: step.operation.outcome,
      time: at(10),
    });
    expect(step.event.text).not.toBe('');
  });
});

it.each(VERDICTS)('%s closes the record for every writer', (state) => {
  const closed = operationIn(state);
  const spoken = operationIn(state, { calls: [call('AMBIGUOUS')] });
  for (const [, change] of TABLE) {
    expect(reduce(closed, change, at(10))).toBeNull();
    expect(reduce(spoken, change, at(10))).toBeNull();
  }
});

it.each(OPERATION_STATES.filter((state) => !isVerdict(state)))(
  'a delay is written down and leaves %s as it is',
  (state) => {
    const delayed = reduce(
      operationIn(state),
      { kind: 'DELAYED', notBefore: at(30), text: 'The site cannot be read.' },
      at(10),
    );
    expect(delayed?.operation).toMatchObject({ state, notBefore: at(30) });
    expect(delayed?.event.type).toBe('operation.delayed');
  },
);

it('reducing never touches the record it is given', () => {
  for (const [, change] of TABLE) {
    for (const state of OPERATION_STATES) {
      const before = operationIn(state);
      const copy = structuredClone(before);
      reduce(before, change, at(10));
      expect(before).toEqual(copy);
    }
  }
});
