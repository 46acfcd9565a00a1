import type { Change } from '../../../src/domain/operation-change.js';
import { reduce } from '../../../src/domain/operation-machine.js';
import {
  after,
  at,
  attempt,
  call,
  operation,
  operationIn,
  refusal,
  upstreamCall,
} from '../support/operation.js';

const prepared = (...labels: string[]): NonNullable<Extract<Change, { kind: 'INTENT' }>['preparation']> => ({
  before: null,
  baseline: { workBegun: 0 },
  calls: labels.map((label) => call('PENDING', { call: upstreamCall(label) })),
  warnings: ['Replication is at 40 %.'],
});
const intent = (callIndex: number, id: string, ...labels: string[]): Change => ({
  kind: 'INTENT',
  callIndex,
  attempt: attempt(id),
  ...(labels.length > 0 ? { preparation: prepared(...labels) } : {}),
});
const accepted = (attemptId: string, ...jobIds: string[]): Change => ({
  kind: 'ACCEPTED',
  attemptId,
  ref: { jobIds },
});
const refused = (attemptId: string): Change => ({ kind: 'REFUSED', attemptId, problem: refusal });
const ambiguous = (attemptId: string): Change => ({
  kind: 'AMBIGUOUS',
  attemptId,
  evidence: 'The connection broke.',
});

describe('sending one call', () => {
  it('writes down, before the send, what was seen, what will be sent and whose attempt it is', () => {
    const sending = after(operation({ notBefore: at(5) }), intent(0, 'a', 'move'));
    expect(sending).toMatchObject({
      state: 'SUBMITTING',
      baseline: { workBegun: 0 },
      warnings: ['Replication is at 40 %.'],
      notBefore: null,
      calls: [{ state: 'SENDING', attempt: { id: 'a' } }],
    });
  });

  it('keeps the references of an acceptance, and the time of it', () => {
    expect(after(operation(), intent(0, 'a', 'move'), accepted('a', 'job-7'))).toMatchObject({
      state: 'RUNNING',
      startedTime: at(20),
      calls: [{ state: 'ACCEPTED', ref: { jobIds: ['job-7'] }, adopted: false }],
      upstream: { jobs: [{ id: 'job-7', state: null }] },
      timings: { queuedMs: 1_000, submitMs: 19_000 },
    });
  });

  it('ends a refused one with the words of the refusal', () => {
    expect(after(operation(), intent(0, 'a', 'move'), refused('a'))).toMatchObject({
      state: 'REJECTED',
      outcome: 'NONE',
      error: refusal,
      endedTime: at(20),
    });
  });

  it('can be sent again by a new attempt after one that sent nothing', () => {
    const notSent: Change = {
      kind: 'NOT_SENT',
      attemptId: 'a',
      notBefore: at(25),
      text: 'Refused connection.',
    };
    const waiting = after(operation(), intent(0, 'a', 'move'), notSent);
    expect(waiting).toMatchObject({ state: 'PENDING', notBefore: at(25), calls: [{ attempt: null }] });
    expect(after(waiting, intent(0, 'b')).calls[0]).toMatchObject({ state: 'SENDING', attempt: { id: 'b' } });
  });

  it('is not begun a second time while an attempt is in progress or ambiguous', () => {
    const sending = after(operation(), intent(0, 'a', 'move', 'move more'));
    expect(reduce(sending, intent(1, 'b'), at(30))).toBeNull();
    expect(reduce(after(sending, ambiguous('a')), intent(1, 'b'), at(30))).toBeNull();
  });

  it('cannot be intended for a call that does not exist', () => {
    expect(reduce(operation(), intent(3, 'a', 'move'), at(10))).toBeNull();
  });
});

describe('the owner of an attempt', () => {
  const sending = after(operation(), intent(0, 'a', 'move'));

  it.each([accepted('b', 'job'), refused('b'), ambiguous('b')])(
    'is the only one heard about it: $kind',
    (change) => {
      expect(reduce(sending, change, at(30))).toBeNull();
    },
  );

  it('is heard late: an acceptance after the attempt was called ambiguous adopts the work', () => {
    const late = after(sending, ambiguous('a'), accepted('a', 'job-7'));
    expect(late).toMatchObject({ state: 'RUNNING', evidence: null, calls: [{ adopted: false }] });
  });

  it('is not heard any more after the call was adopted by evidence', () => {
    const adopted = after(sending, ambiguous('a'), {
      kind: 'ADOPTED',
      callIndex: 0,
      ref: { jobIds: ['job-7'] },
      evidence: 'job-7 began since',
    });
    expect(adopted.calls[0]).toMatchObject({ adopted: true, ref: { jobIds: ['job-7'] } });
    for (const change of [accepted('a', 'job-8'), refused('a'), ambiguous('a')])
      expect(reduce(adopted, change, at(60))).toBeNull();
  });
});

describe('evidence', () => {
  it('adopts only a call that was left ambiguous', () => {
    const adoption: Change = { kind: 'ADOPTED', callIndex: 1, ref: { jobIds: ['x'] }, evidence: 'x began' };
    for (const state of ['PENDING', 'REFUSED', 'ACCEPTED'] as const) {
      const mixed = operationIn('RECONCILING', {
        calls: [call('AMBIGUOUS'), call(state, { attempt: null, call: upstreamCall('second') })],
      });
      expect(reduce(mixed, adoption, at(10))).toBeNull();
    }
  });

  it('that says the same again is not told again', () => {
    const unknown = after(operationIn('RECONCILING'), { kind: 'UNDECIDED', evidence: 'Two began.' });
    expect(reduce(unknown, { kind: 'UNDECIDED', evidence: 'Two began.' }, at(20))).toBeNull();
    expect(after(unknown, { kind: 'UNDECIDED', evidence: 'Three began.' }).evidence).toBe('Three began.');
  });
});

describe('several calls', () => {
  const first = after(operation(), intent(0, 'a', 'stop one', 'stop two'), accepted('a', 'job-1'));

  it('go on being submitted until the last one was answered', () => {
    expect(first).toMatchObject({ state: 'SUBMITTING', startedTime: at(20) });
    const both = after(first, intent(1, 'b'), accepted('b', 'job-2'));
    expect(both.state).toBe('RUNNING');
    expect(both.startedTime).toBe(at(20));
    expect(both.upstream.jobs.map(({ id }) => id)).toEqual(['job-1', 'job-2']);
  });

  it('go on without the refused one, which is told as a warning', () => {
    const rest = after(first, intent(1, 'b'), refused('b'));
    expect(rest).toMatchObject({ state: 'RUNNING', error: null });
    expect(rest.warnings).toContain('stop two: The world refused: not now.');
    const other = after(operation(), intent(0, 'a', 'stop one', 'stop two'), refused('a'));
    expect(other.state).toBe('SUBMITTING');
  });

  it('are rejected when every one of them was refused', () => {
    const all = after(
      operation(),
      intent(0, 'a', 'stop one', 'stop two'),
      refused('a'),
      intent(1, 'b'),
      refused('b'),
    );
    expect(all).toMatchObject({ state: 'REJECTED', outcome: 'NONE' });
  });

  it('stay begun when a later one could not be sent', () => {
    const notSent: Change = {
      kind: 'NOT_SENT',
      attemptId: 'b',
      notBefore: at(50),
      text: 'Refused connection.',
    };
    expect(after(first, intent(1, 'b'), notSent)).toMatchObject({ state: 'SUBMITTING', notBefore: at(50) });
  });
});

describe('what could not be sent in time', () => {
  const givenUp: Change = { kind: 'GIVEN_UP', problem: refusal };
  const begun = after(operation(), intent(0, 'a', 'stop one', 'stop two'), accepted('a', 'job-1'));

  it('is given up with a warning, and what was accepted goes on', () => {
    const rest = after(begun, givenUp);
    expect(rest).toMatchObject({ state: 'RUNNING', calls: [{ state: 'ACCEPTED' }, { state: 'REFUSED' }] });
    expect(rest.warnings).toContain('stop two: The world refused: not now.');
  });

  it('is not given up while somebody is sending', () => {
    expect(reduce(after(begun, intent(1, 'b')), givenUp, at(60))).toBeNull();
  });

  it('is not given up when everything was sent', () => {
    expect(reduce(after(begun, intent(1, 'b'), accepted('b')), givenUp, at(60))).toBeNull();
  });

  it('given up without one accepted call is a rejection: nothing was begun', () => {
    const none = after(operation(), intent(0, 'a', 'stop one', 'stop two'), refused('a'), givenUp);
    expect(none).toMatchObject({ state: 'REJECTED', outcome: 'NONE', error: refusal });
  });
});
