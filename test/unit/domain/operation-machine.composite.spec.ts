import type { Change } from '../../../src/domain/operation-change.js';
import { COMPOSITE_TRANSITIONS } from '../../../src/domain/operation-composite-machine.js';
import { endOfComposite, isAtItsEnd } from '../../../src/domain/operation-composite.js';
import { reduce } from '../../../src/domain/operation-machine.js';
import { OPERATION_STATES, type CompositeStep, type Operation } from '../../../src/domain/operation.js';
import { after, at, command, operation, refusal, seen } from '../support/operation.js';

function step(title: string, changes: Partial<CompositeStep> = {}): CompositeStep {
  return {
    title,
    command: command({ targetNativeId: null }),
    takes: {},
    needsAnyOf: [],
    essential: false,
    operationId: null,
    state: 'PENDING',
    outcome: null,
    progressPercent: null,
    createdNativeId: null,
    detail: null,
    error: null,
    triedSince: null,
    ...changes,
  };
}

function composite(changes: Partial<Operation> = {}): Operation {
  return operation({
    action: 'PROVISION_PROTECTION_GROUP',
    target: { type: 'PROTECTION_GROUP', id: null, name: 'Harbour' },
    lockedGroupIds: ['alpha.new~Harbour'],
    composite: [step('Group', { essential: true }), step('Instance')],
    ...changes,
  });
}

const begun: Change = { kind: 'COMPOSITE_BEGUN' };
const start = (index: number): Change => ({
  kind: 'STEP_STARTED',
  index,
  operationId: `alpha.child-${index}`,
  lockedGroupIds: [`alpha.lock-${index}`],
});
type Ended = Extract<Change, { kind: 'STEP_ENDED' }>;
const end = (index: number, state: Ended['state'], changes: Partial<Ended> = {}): Change => ({
  kind: 'STEP_ENDED',
  index,
  state,
  outcome: state === 'SUCCEEDED' ? 'FULL' : 'NONE',
  detail: null,
  error: null,
  created: null,
  ...changes,
});
const made = { type: 'PROTECTION_GROUP', id: 'alpha.g', nativeId: 'g' } as const;
const wait = (index: number, operationId: string | null): Change => ({
  kind: 'STEP_WAITING',
  index,
  operationId,
  since: at(1),
  notBefore: at(60),
  detail: 'Somebody is at work on it.',
});
const closing: Change = {
  kind: 'VERDICT',
  state: 'FAILED',
  outcome: 'PARTIAL',
  problem: refusal,
  text: 'Over.',
};
const cancel: Change = { kind: 'CANCEL_REQUESTED', request: { requestedBy: 'ben', requestedTime: at(5) } };

it('a step that begins is shown, and its locks are the parent’s, too', () => {
  const running = after(composite(), begun, start(0));
  expect(running).toMatchObject({ state: 'RUNNING', lockedGroupIds: ['alpha.new~Harbour', 'alpha.lock-0'] });
  expect(running.steps[0]).toMatchObject({ title: 'Group', state: 'RUNNING', operationId: 'alpha.child-0' });
});

it('one step runs at a time, and none before it has begun, twice, or after a cancel', () => {
  const running = after(composite(), begun, start(0));
  expect(reduce(composite(), start(0), at(1))).toBeNull();
  expect(reduce(running, start(1), at(1))).toBeNull();
  expect(reduce(running, start(0), at(1))).toBeNull();
  const stopping = after(running, cancel, end(0, 'SUCCEEDED'));
  expect(stopping).toMatchObject({ state: 'CANCELLING', cancel: { state: 'ACCEPTED' } });
  expect(reduce(stopping, start(1), at(1))).toBeNull();
  expect(isAtItsEnd(stopping)).toBe(true);
});

it('what a step made becomes the target, stays locked, and is in the result', () => {
  const grown = after(composite(), begun, start(0), end(0, 'SUCCEEDED', { created: made }));
  expect(grown).toMatchObject({
    target: { id: 'alpha.g' },
    result: { protectionGroupId: 'alpha.g' },
    lockedGroupIds: ['alpha.new~Harbour', 'alpha.lock-0', 'alpha.g'],
    progressPercent: 50,
  });
});

it('a step that waits is tried again; of one that runs only its own refusal sends it back', () => {
  const waiting = after(composite(), begun, wait(0, null));
  expect(waiting).toMatchObject({
    notBefore: at(60),
    composite: [{ triedSince: at(1), state: 'PENDING' }, {}],
  });
  const running = after(waiting, start(0));
  expect(running).toMatchObject({ notBefore: null, composite: [{ triedSince: at(1) }, {}] });
  expect(reduce(running, wait(0, null), at(9))).toBeNull();
  expect(reduce(running, wait(0, 'alpha.another'), at(9))).toBeNull();
  expect(after(running, wait(0, 'alpha.child-0')).composite?.[0]).toMatchObject({
    state: 'PENDING',
    operationId: null,
  });
});

it('the record is not closed over a step that runs, and closes what was not begun', () => {
  const running = after(composite(), begun, start(0));
  expect(reduce(running, closing, at(9))).toBeNull();
  const closed = after(running, end(0, 'SUCCEEDED', { created: made }), closing);
  expect(closed.steps.map(({ state }) => state)).toEqual(['SUCCEEDED', 'SKIPPED']);
  expect(closed.result).toEqual({ protectionGroupId: 'alpha.g' });
  expect(reduce(closed, start(1), at(9))).toBeNull();
});

it('looks that show nothing new write nothing', () => {
  const running = after(composite(), begun, start(0));
  const look: Change = {
    kind: 'STEP_SEEN',
    index: 0,
    seen: { progressPercent: 40, detail: null, warnings: [], overdue: false, stalled: false },
  };
  const looked = after(running, look);
  expect(looked.progressPercent).toBe(20);
  expect(reduce(looked, look, at(9))).toBeNull();
});

it('nothing is ever sent or observed for it, and nothing of its own leads into doubt', () => {
  for (const state of ['SUBMITTING', 'WAITING_FOR_INPUT', 'RECONCILING'] as const)
    expect(COMPOSITE_TRANSITIONS[state]).toEqual([]);
  expect(COMPOSITE_TRANSITIONS.UNKNOWN).toEqual(['UNKNOWN']);
  expect(Object.keys(COMPOSITE_TRANSITIONS).sort()).toEqual([...OPERATION_STATES].sort());
  const running = after(composite(), begun);
  expect(reduce(running, { kind: 'UNDECIDED', evidence: 'x' }, at(9))).toBeNull();
  const looked = reduce(
    running,
    { kind: 'OBSERVED', seen: seen({ prompts: [{ id: 'q', text: '', raisedTime: null }] }) },
    at(9),
  );
  expect(looked).toBeNull();
});

it('changes of steps do not apply to an operation that is one by itself', () => {
  for (const change of [begun, start(0), wait(0, null), end(0, 'FAILED')])
    expect(reduce(operation(), change, at(9))).toBeNull();
});

describe('the end of a composite', () => {
  const ends = (changes: Partial<Operation>, ...steps: Partial<CompositeStep>[]) => {
    const all = steps.map((one, i) => step(`${i}`, { essential: i === 0, ...one }));
    const { state, outcome, left } = endOfComposite(
      composite({ state: 'RUNNING', composite: all, ...changes }),
    );
    return `${state} ${outcome} ${left.length}`;
  };
  const DONE = { state: 'SUCCEEDED', outcome: 'FULL' } as const;
  const FAILED = { state: 'FAILED', outcome: 'NONE' } as const;
  const asked = {
    cancel: { requestedBy: 'b', requestedTime: '', state: 'ACCEPTED', detail: null, overBy: null },
  } as const;

  it('is what its steps come to', () => {
    expect(ends({}, DONE, DONE)).toBe('SUCCEEDED FULL 0');
    expect(ends({}, DONE, { ...DONE, outcome: 'PARTIAL' })).toBe('SUCCEEDED PARTIAL 0');
    expect(ends({}, DONE, FAILED)).toBe('FAILED PARTIAL 1');
    expect(ends({}, FAILED, {})).toBe('FAILED NONE 2');
    expect(ends({}, { ...FAILED, outcome: 'PARTIAL' }, {})).toBe('FAILED PARTIAL 2');
    expect(ends(asked, DONE, {})).toBe('CANCELLED PARTIAL 1');
    expect(ends(asked, {}, {})).toBe('CANCELLED NONE 2');
    expect(ends(asked, DONE, DONE)).toBe('SUCCEEDED FULL 0');
  });
});
