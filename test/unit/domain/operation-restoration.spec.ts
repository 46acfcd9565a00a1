import { knowsMore } from '../../../src/domain/operation-restoration.js';
import type { Operation, SubmittedCall } from '../../../src/domain/operation.js';
import { at, operationIn } from '../support/operation.js';

function sent(state: SubmittedCall['state'], attemptId: string, changes: Partial<Operation> = {}): Operation {
  const before = operationIn('SUBMITTING', changes);
  const attempt = { id: attemptId, intentTime: at(1), overBy: at(40) };
  return { ...before, calls: before.calls.map((call) => ({ ...call, state, attempt })) };
}

describe('what a journal knows beyond the store', () => {
  const journaled = sent('AMBIGUOUS', 'first', { version: 4 });

  it('is how far the sending came, whatever the versions say', () => {
    expect(knowsMore(journaled, sent('SENDING', 'first', { version: 6 }))).toBe(true);
    expect(knowsMore(journaled, sent('SENDING', 'another one, after a loss', { version: 6 }))).toBe(true);
  });

  it('is nothing of an attempt that the store knows to have sent nothing', () => {
    const begunAnew = sent('SENDING', 'second', { version: 6, attemptsNotSent: ['first'] });
    expect(knowsMore(journaled, begunAnew)).toBe(false);
    expect(knowsMore({ ...journaled, version: 7 }, begunAnew)).toBe(true);
  });
});

describe('an end without a send, of a life that the store has lost', () => {
  const takenBack: Operation = { ...operationIn('PENDING', { version: 2 }), state: 'REJECTED' };
  const running = sent('ACCEPTED', 'first', { state: 'RUNNING', version: 6 });

  it('is no news to a store in which it was sent since, and is overruled by a journal in which it was', () => {
    expect(takenBack.calls.every(({ state }) => state === 'PENDING')).toBe(true);
    expect(knowsMore(takenBack, running)).toBe(false);
    expect(knowsMore(running, takenBack)).toBe(true);
    expect(knowsMore(takenBack, sent('SENDING', 'first', { version: 3 }))).toBe(false);
  });

  it('stands where nothing was sent later', () => {
    const pending = operationIn('PENDING', { version: 7 });
    expect(knowsMore(takenBack, pending)).toBe(true);
    expect(knowsMore(pending, takenBack)).toBe(false);
    expect(knowsMore({ ...running, version: 2 }, takenBack)).toBe(false);
    expect(knowsMore(running, { ...takenBack, attemptsNotSent: ['first'] })).toBe(false);
  });

  it('is not meant by an end of what was sent', () => {
    const refused = { ...sent('REFUSED', 'first', { version: 4 }), state: 'REJECTED' as const };
    expect(knowsMore(refused, { ...running, version: 9 })).toBe(true);
    expect(knowsMore({ ...running, version: 9 }, refused)).toBe(false);
  });
});
