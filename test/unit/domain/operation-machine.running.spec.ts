import type { Change } from '../../../src/domain/operation-change.js';
import { reduce } from '../../../src/domain/operation-machine.js';
import { after, at, operationIn, seen } from '../support/operation.js';

const running = operationIn('RUNNING');
const question = { id: 'q', text: 'Is the old site dark?', raisedTime: null };
const look = (changes = {}): Change => ({ kind: 'OBSERVED', seen: seen(changes) });

describe('a look at a running operation', () => {
  it('that shows nothing new is not written', () => {
    expect(reduce(after(running, look()), look(), at(20))).toBeNull();
  });

  it('keeps what was known when the upstream tells less this time', () => {
    const step = { id: '1', title: 'Prepare', state: 'RUNNING' as const, progressPercent: 10 };
    const known = after(running, look({ steps: [step] }));
    expect(
      after(known, look({ progressPercent: null, steps: [], upstreamState: null, overdue: true })),
    ).toMatchObject({
      progressPercent: 40,
      steps: [step],
      upstream: { state: 'moving' },
    });
  });

  it('moves the time of progress only when something moved', () => {
    const moved = after(running, look());
    expect(moved.progressTime).toBe(at(10));
    const flagged = reduce(moved, look({ stalled: true }), at(50))?.operation;
    expect(flagged).toMatchObject({ stalled: true, progressTime: at(10) });
  });

  it('remembers since when the jobs are over, and forgets it when one is at work again', () => {
    const over = after(running, look({ jobsOver: true }), look({ jobsOver: true, progressPercent: 50 }));
    expect(over.jobsOverSince).toBe(at(10));
    expect(after(over, look()).jobsOverSince).toBeNull();
  });

  it('tells each warning once', () => {
    const warned = after(
      running,
      look({ warnings: ['one machine is slow'] }),
      look({ progressPercent: 41, warnings: ['one machine is slow', 'two are'] }),
    );
    expect(warned.warnings).toEqual(['one machine is slow', 'two are']);
  });

  it('tells that a person is waited for, with the question, and that the work goes on afterwards', () => {
    const asked = reduce(running, look({ prompts: [question] }), at(10));
    expect(asked?.event).toMatchObject({ type: 'operation.waiting-for-input' });
    expect(asked?.event.text).toContain(question.text);
    expect(after(asked?.operation ?? running, look())).toMatchObject({ state: 'RUNNING', prompts: [] });
  });
});

describe('a step that was last seen running', () => {
  const step = { id: '1', title: 'Prepare', state: 'RUNNING' as const, progressPercent: 10 };
  const rest = { id: '2', title: 'Tell', state: 'SKIPPED' as const, progressPercent: null };
  const ended = (state: 'SUCCEEDED' | 'FAILED', outcome: 'FULL' | 'PARTIAL') => {
    const known = after(running, look({ steps: [step, rest] }));
    const { steps } = after(known, { kind: 'VERDICT', state, outcome, problem: null, text: 'Over.' });
    return steps;
  };

  it('ran to its end where all is done', () => {
    expect(ended('SUCCEEDED', 'FULL')).toEqual([{ ...step, state: 'SUCCEEDED', progressPercent: 100 }, rest]);
  });

  it('stays so where less is known', () => {
    expect(ended('SUCCEEDED', 'PARTIAL')).toEqual([step, rest]);
    expect(ended('FAILED', 'PARTIAL')).toEqual([step, rest]);
  });
});

describe('a cancel', () => {
  const request: Change = { kind: 'CANCEL_REQUESTED', request: { requestedBy: 'ben', requestedTime: at(9) } };
  const sending: Change = { kind: 'CANCEL_SENDING', overBy: at(60) };
  const answered = (state: 'ACCEPTED' | 'REFUSED' | 'AMBIGUOUS' | 'REQUESTED'): Change => ({
    kind: 'CANCEL_ANSWERED',
    state,
    detail: state === 'ACCEPTED' ? null : 'too late',
  });

  it('before anything was sent ends the operation at once', () => {
    const step = reduce(operationIn('PENDING'), request, at(10));
    expect(step?.operation).toMatchObject({
      state: 'CANCELLED',
      outcome: 'NONE',
      error: null,
      endedTime: at(10),
    });
    expect(step?.event).toMatchObject({ type: 'operation.cancelled' });
    expect(step?.event.text).toContain('ben');
  });

  it('during the run waits for the upstream to stop', () => {
    const stopping = after(running, request, sending, answered('ACCEPTED'));
    expect(stopping).toMatchObject({
      state: 'CANCELLING',
      cancel: { state: 'ACCEPTED', requestedBy: 'ben' },
    });
    expect(after(stopping, look()).state).toBe('CANCELLING');
  });

  it('is sent by one sender only', () => {
    expect(reduce(after(running, request, sending), sending, at(40))).toBeNull();
  });

  it('that is refused lets the operation go on, and may be asked for again', () => {
    const refused = after(running, request, sending, answered('REFUSED'));
    expect(refused).toMatchObject({ state: 'RUNNING', cancel: { state: 'REFUSED', detail: 'too late' } });
    expect(after(refused, request)).toMatchObject({ state: 'CANCELLING', cancel: { state: 'REQUESTED' } });
  });

  it('whose fate is not known is not sent again by itself, but may be asked for again', () => {
    const ambiguous = after(running, request, sending, answered('AMBIGUOUS'));
    expect(ambiguous).toMatchObject({ state: 'CANCELLING', cancel: { state: 'AMBIGUOUS' } });
    expect(reduce(ambiguous, sending, at(40))).toBeNull();
    expect(reduce(ambiguous, request, at(40))?.operation.cancel).toMatchObject({ state: 'REQUESTED' });
  });

  it('that could not be sent is sent again', () => {
    const again = after(running, request, sending, answered('REQUESTED'), sending);
    expect(again.cancel).toMatchObject({ state: 'SENDING', overBy: at(60) });
  });
});

describe('a verdict', () => {
  const success: Change = {
    kind: 'VERDICT',
    state: 'SUCCEEDED',
    outcome: 'FULL',
    problem: null,
    createdId: 'alpha.group-9',
    seen: seen({ progressPercent: 97, jobsOver: true, prompts: [question], upstreamState: 'moved' }),
    text: 'The target is moved.',
  };

  it('waits until what is on its way to the upstream has its answer: the next operation must not meet it', () => {
    const stopping = after(
      running,
      { kind: 'CANCEL_REQUESTED', request: { requestedBy: 'ben', requestedTime: at(9) } },
      { kind: 'CANCEL_SENDING', overBy: at(60) },
    );
    expect(reduce(stopping, success, at(40))).toBeNull();
    const answered = after(stopping, { kind: 'CANCEL_ANSWERED', state: 'REFUSED', detail: 'over' });
    expect(reduce(answered, success, at(41))?.operation.state).toBe('SUCCEEDED');
  });

  it('tells the drill that was made of a plan, which stays the target', () => {
    const drill = { ...running, action: 'START_DRILL' as const };
    expect(after(drill, { ...success, createdId: 'alpha.drill-1' })).toMatchObject({
      target: { type: 'RECOVERY_PLAN', id: 'alpha.move-books' },
      result: { drillId: 'alpha.drill-1' },
    });
  });

  it('writes the last look, the end and what was made, in one step', () => {
    const done = after(running, success);
    expect(done).toMatchObject({
      state: 'SUCCEEDED',
      outcome: 'FULL',
      progressPercent: 100,
      prompts: [],
      endedTime: at(10),
      upstream: { state: 'moved' },
      target: { id: 'alpha.move-books', name: 'Books' },
      result: { recoveryPlanId: 'alpha.group-9' },
      version: running.version + 1,
    });
  });

  it('does not pretend progress to what failed', () => {
    const failed = after(running, look(), {
      ...success,
      state: 'FAILED',
      outcome: 'PARTIAL',
      createdId: null,
      seen: undefined,
    });
    expect(failed).toMatchObject({ progressPercent: 40, result: null, target: { id: 'alpha.move-books' } });
  });
});
