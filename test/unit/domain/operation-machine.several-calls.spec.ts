import type { Change } from '../../../src/domain/operation-change.js';
import { reduce } from '../../../src/domain/operation-machine.js';
import { accepted, intent, refused } from '../support/changes.js';
import { after, at, operation, refusal } from '../support/operation.js';

const DELAY: Change = { kind: 'DELAYED', notBefore: at(90), text: 'Later.' };

describe('several calls', () => {
  const first = after(operation(), intent(0, 'a', 'stop one', 'stop two'), accepted('a', 'job-1'));

  it('go on being submitted until the last one was answered', () => {
    expect(first).toMatchObject({ state: 'SUBMITTING', startedTime: at(20) });
    const sending = after(first, intent(1, 'b'), DELAY, DELAY);
    const both = after(sending, DELAY, DELAY, DELAY, accepted('b', 'job-2'));
    expect(both.updatedTime).not.toBe(at(20));
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
