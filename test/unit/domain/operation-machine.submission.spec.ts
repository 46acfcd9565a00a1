import type { Change } from '../../../src/domain/operation-change.js';
import { reduce } from '../../../src/domain/operation-machine.js';
import { accepted, ambiguous, intent, refused } from '../support/changes.js';
import { after, at, call, operation, operationIn, refusal, upstreamCall } from '../support/operation.js';

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
    const odd = operation({ state: 'SUBMITTING', calls: [call('AMBIGUOUS'), call('PENDING')] });
    expect(reduce(odd, intent(1, 'b'), at(30))).toBeNull();
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

  it('of a send that was taken back says nothing of the one that is in doubt now', () => {
    const doubtful = after(operation(), intent(0, 'a', 'move'), ambiguous('a'));
    const found = { callIndex: 0, ref: { jobIds: ['x'] }, evidence: 'x began' };
    expect(reduce(doubtful, { kind: 'ADOPTED', attemptId: 'before', ...found }, at(10))).toBeNull();
    expect(
      reduce(doubtful, { kind: 'UNDECIDED', attemptId: 'before', evidence: 'None began.' }, at(10)),
    ).toBeNull();
    expect(after(doubtful, { kind: 'ADOPTED', attemptId: 'a', ...found }).state).toBe('RUNNING');
    expect(after(doubtful, { kind: 'UNDECIDED', attemptId: 'a', evidence: 'None began.' }).state).toBe(
      'UNKNOWN',
    );
  });

  it('that says the same again is not told again', () => {
    const unknown = after(operationIn('RECONCILING'), { kind: 'UNDECIDED', evidence: 'Two began.' });
    expect(reduce(unknown, { kind: 'UNDECIDED', evidence: 'Two began.' }, at(20))).toBeNull();
    expect(after(unknown, { kind: 'UNDECIDED', evidence: 'Three began.' }).evidence).toBe('Three began.');
  });
});
