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
