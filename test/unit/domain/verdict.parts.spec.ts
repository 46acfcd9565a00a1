import type { DrAction } from '../../../src/domain/dr-action.js';
import type { LifecycleRow } from '../../../src/domain/lifecycle.js';
import type { JobState, ResourceFacts } from '../../../src/domain/observation.js';
import type { Operation } from '../../../src/domain/operation.js';
import { judge } from '../../../src/domain/verdict.js';
import { call, command, operationIn } from '../support/operation.js';

const ADD: LifecycleRow = {
  from: 'ANY',
  via: ['joining'],
  to: ['idle', 'guarded'],
  failed: ['broken'],
  flipsActiveSite: false,
};
const AT_ONCE: LifecycleRow = { from: 'ANY', via: [], to: 'ANY', failed: [], flipsActiveSite: false };
const REMOVE: LifecycleRow = { ...ADD, via: ['leaving'], to: 'GONE' };

function part(word: string, changes: Partial<ResourceFacts> = {}): ResourceFacts {
  return {
    exists: word !== '',
    name: word === '' ? null : 'crane',
    state: 'UNPROTECTED',
    word,
    activeSite: null,
    nextDirection: null,
    ...changes,
  };
}
const ABSENT = part('');
const BY_EVIDENCE = [call('ACCEPTED', { adopted: true, ref: { jobIds: [] } })];

function judged(
  row: LifecycleRow,
  jobs: JobState[],
  resource: ResourceFacts | null,
  changes: Partial<Operation> = {},
  action: DrAction = 'ADD_PROTECTED_INSTANCE',
): string {
  const judgement = judge(operationIn('RUNNING', { action, direction: null, ...changes }), row, {
    operationId: 'x',
    jobs: jobs.map((state, i) => ({ id: `${i}`, state, word: null, progressPercent: null, error: null })),
    resource,
    progressPercent: null,
    steps: [],
    prompts: [],
    createdId: null,
    warnings: [],
  });
  if (judgement.kind === 'VERDICT') return `${judgement.state} ${judgement.outcome}`;
  const halfDone = judgement.kind === 'UNSETTLED' ? judgement.halfDone : null;
  return halfDone === null ? judgement.kind : `${judgement.kind} ${halfDone}`;
}

describe('a part that is created', () => {
  it.each<[string, JobState[], ResourceFacts | null, string]>([
    ['while it is not found', ['SUCCEEDED'], null, 'KEEP_WATCHING'],
    ['while it is on its way', ['SUCCEEDED'], part('joining'), 'KEEP_WATCHING'],
    ['when job and part agree', ['SUCCEEDED'], part('guarded'), 'SUCCEEDED FULL'],
    ['when the job is forgotten and the part is there', ['GONE'], part('idle'), 'SUCCEEDED FULL'],
    ['when the job is forgotten and nothing is there', ['GONE'], ABSENT, 'UNSETTLED'],
    ['when the job says so and nothing is there', ['SUCCEEDED'], ABSENT, 'UNSETTLED'],
    ['when it failed and left nothing', ['FAILED'], ABSENT, 'FAILED NONE'],
    ['when it failed and left something', ['FAILED'], part('broken'), 'FAILED PARTIAL'],
    ['when it is broken although the job ended well', ['SUCCEEDED'], part('broken'), 'FAILED PARTIAL'],
  ])('%s', (_when, jobs, resource, expected) => {
    expect(judged(ADD, jobs, resource)).toBe(expected);
  });

  it('and was adopted without a job is decided by its being there', () => {
    const adopted = { calls: BY_EVIDENCE };
    expect(judged(ADD, [], part('joining'), adopted)).toBe('KEEP_WATCHING');
    expect(judged(ADD, [], part('idle'), adopted)).toBe('SUCCEEDED FULL');
    expect(judged(ADD, [], ABSENT, adopted)).toBe('UNSETTLED');
  });
});

describe('a change that shows in no state', () => {
  const before = { before: part('idle') };

  it('done at once is done by the word of the upstream, or by evidence', () => {
    expect(judged(AT_ONCE, [], part('idle'), before)).toBe('SUCCEEDED FULL');
    expect(judged(AT_ONCE, [], part('idle'), { ...before, calls: BY_EVIDENCE })).toBe('SUCCEEDED FULL');
    expect(judged(AT_ONCE, [], null, before)).toBe('KEEP_WATCHING');
  });

  it.each<[string, ResourceFacts]>([
    ['is as it was', part('idle')],
    ['was renamed by somebody else', part('idle', { name: 'derrick' })],
    ['has another word for another reason', part('guarded')],
  ])('whose job is forgotten is not taken for done while the part %s', (_what, seen) => {
    expect(judged(AT_ONCE, ['GONE'], seen, before)).toBe('UNSETTLED');
    const enlarging = { ...AT_ONCE, to: ['idle', 'guarded'] };
    expect(judged(enlarging, ['GONE'], seen, before)).toBe('UNSETTLED');
  });

  it('whose job is forgotten is done when the part bears the name that was asked for', () => {
    const renaming = { ...before, command: command({ input: { name: 'derrick' } }) };
    const renamed = part('idle', { name: 'derrick' });
    expect(judged(AT_ONCE, ['GONE'], renamed, renaming, 'UPDATE_PROTECTED_INSTANCE')).toBe('SUCCEEDED FULL');
    expect(judged(AT_ONCE, ['GONE'], renamed, renaming, 'ADD_RECOVERY_STEP')).toBe('UNSETTLED');
  });

  it('that passes through a word and comes back is told by its job alone', () => {
    const row = { ...ADD, from: ['idle'], to: ['idle'] };
    expect(judged(row, ['SUCCEEDED'], part('idle'), before)).toBe('SUCCEEDED FULL');
    expect(judged(row, ['GONE'], part('idle'), before)).toBe('UNSETTLED');
  });
});

describe('a part that is removed', () => {
  const before = { before: part('idle') };

  it('is gone, or it is not over', () => {
    expect(judged(REMOVE, ['SUCCEEDED'], ABSENT, before)).toBe('SUCCEEDED FULL');
    expect(judged(REMOVE, ['GONE'], ABSENT, before)).toBe('SUCCEEDED FULL');
    expect(judged(REMOVE, [], ABSENT, { ...before, calls: BY_EVIDENCE })).toBe('SUCCEEDED FULL');
    expect(judged(REMOVE, ['SUCCEEDED'], part('leaving'), before)).toBe('KEEP_WATCHING');
    expect(judged(REMOVE, ['SUCCEEDED'], part('idle'), before)).toBe('UNSETTLED');
    expect(judged(REMOVE, ['FAILED'], part('idle'), before)).toBe('FAILED NONE');
  });
});

it('what is done to a site itself is told by its jobs, or the word of the upstream', () => {
  const clear = (jobs: JobState[]) => judged(AT_ONCE, jobs, null, {}, 'CLEAR_FAILED_TASKS');
  expect([clear([]), clear(['SUCCEEDED']), clear(['FAILED']), clear(['RUNNING'])]).toEqual([
    'SUCCEEDED FULL',
    'SUCCEEDED FULL',
    'FAILED NONE',
    'KEEP_WATCHING',
  ]);
});

describe('an action of several calls of which some were refused', () => {
  const row: LifecycleRow = { ...ADD, from: ['guarded'], via: ['lowering'], to: ['idle'] };
  const calls = [call('ACCEPTED'), call('REFUSED', { attempt: null, ref: null, refusal: 'It is locked.' })];
  const some = { before: part('guarded'), calls };

  it('may rest where the others have brought it, which is told should it stay so', () => {
    expect(judged(row, ['RUNNING'], part('guarded'), some)).toBe('KEEP_WATCHING');
    expect(judged(row, ['SUCCEEDED'], part('lowering'), some)).toBe('KEEP_WATCHING');
    expect(judged(row, ['SUCCEEDED'], part('idle'), some)).toBe('SUCCEEDED PARTIAL');
    expect(judged(row, ['SUCCEEDED'], part('guarded'), some)).toMatch(/^UNSETTLED 1 of 2 .*It is locked/);
    expect(judged(row, ['GONE'], part('guarded'), some)).toBe('UNSETTLED');
  });
});
