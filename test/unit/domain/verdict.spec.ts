import { command } from '../support/operation.js';
import type { LifecycleRow } from '../../../src/domain/lifecycle.js';
import type { JobState, Observation, ResourceFacts } from '../../../src/domain/observation.js';
import type { Operation } from '../../../src/domain/operation.js';
import { judge, type Judgement } from '../../../src/domain/verdict.js';
import { call, operationIn } from '../support/operation.js';

const MOVE: LifecycleRow = {
  from: ['ready', 'stranded'],
  via: ['moving'],
  to: ['moved'],
  failed: ['stranded'],
  flipsActiveSite: true,
};

function facts(word: string, changes: Partial<ResourceFacts> = {}): ResourceFacts {
  const activeSite = word === 'moved' ? 'RECOVERY' : 'PRODUCTION';
  return {
    exists: true,
    name: 'Books',
    state: 'PROTECTED',
    word,
    activeSite,
    nextDirection: null,
    ...changes,
  };
}

const cancel = {
  requestedBy: 'ada',
  requestedTime: '',
  state: 'ACCEPTED' as const,
  detail: null,
  overBy: null,
};

const GONE: ResourceFacts = facts('', { exists: false, name: null, activeSite: null });

function observation(states: JobState[], resource: ResourceFacts | null): Observation {
  return {
    operationId: 'x',
    jobs: states.map((state, i) => ({
      id: `job-${i}`,
      state,
      word: state === 'GONE' ? null : state.toLowerCase(),
      progressPercent: null,
      error: state === 'FAILED' ? { code: 'worn-out', message: 'the rope broke' } : null,
    })),
    resource,
    progressPercent: null,
    steps: [],
    prompts: [],
    createdId: null,
    warnings: [],
  };
}

function judged(
  states: JobState[],
  resource: ResourceFacts | null,
  changes: Partial<Operation> = {},
  row: LifecycleRow = MOVE,
): Judgement {
  return judge(
    operationIn('RUNNING', { before: facts('ready'), ...changes }),
    row,
    observation(states, resource),
  );
}

function inShort(judgement: Judgement): string {
  return judgement.kind === 'VERDICT' ? `${judgement.state} ${judgement.outcome}` : judgement.kind;
}

const WORDS = ['ready', 'moving', 'moved', 'stranded', 'a-new-word'] as const;
/** Job × word of the target, which was `ready` before. */
const MATRIX: readonly [JobState, ...string[]][] = [
  ['QUEUED', 'KEEP_WATCHING', 'KEEP_WATCHING', 'KEEP_WATCHING', 'KEEP_WATCHING', 'KEEP_WATCHING'],
  ['RUNNING', 'KEEP_WATCHING', 'KEEP_WATCHING', 'KEEP_WATCHING', 'KEEP_WATCHING', 'KEEP_WATCHING'],
  ['UNRECOGNIZED', 'KEEP_WATCHING', 'KEEP_WATCHING', 'KEEP_WATCHING', 'KEEP_WATCHING', 'KEEP_WATCHING'],
  ['SUCCEEDED', 'UNSETTLED', 'KEEP_WATCHING', 'SUCCEEDED FULL', 'FAILED PARTIAL', 'UNSETTLED'],
  ['FAILED', 'FAILED NONE', 'KEEP_WATCHING', 'FAILED PARTIAL', 'FAILED PARTIAL', 'FAILED PARTIAL'],
  [
    'CANCELLED',
    'CANCELLED NONE',
    'KEEP_WATCHING',
    'CANCELLED PARTIAL',
    'CANCELLED PARTIAL',
    'CANCELLED PARTIAL',
  ],
  ['GONE', 'UNSETTLED', 'KEEP_WATCHING', 'SUCCEEDED FULL', 'FAILED PARTIAL', 'UNSETTLED'],
];

describe.each(MATRIX)('a job that is %s', (state, ...outcomes) => {
  it.each(WORDS.map((word, i) => [word, outcomes[i]] as const))(
    'beside a target that is %s: %s',
    (word, outcome) => {
      expect(inShort(judged([state], facts(word)))).toBe(outcome);
    },
  );
});

describe('success', () => {
  it('is not declared while the target was not read', () => {
    expect(inShort(judged(['SUCCEEDED'], null))).toBe('KEEP_WATCHING');
  });

  it('is not declared while one of several jobs is at work', () => {
    expect(inShort(judged(['SUCCEEDED', 'RUNNING'], facts('moved')))).toBe('KEEP_WATCHING');
  });

  it('needs the workload at the site it was sent to, where the action moves it', () => {
    expect(inShort(judged(['SUCCEEDED'], facts('moved', { activeSite: 'PRODUCTION' })))).toBe('UNSETTLED');
    expect(inShort(judged(['SUCCEEDED'], facts('moved', { activeSite: null })))).toBe('SUCCEEDED FULL');
    const back = { direction: 'TO_PRODUCTION' as const, before: facts('ready', { activeSite: 'RECOVERY' }) };
    expect(inShort(judged(['SUCCEEDED'], facts('moved', { activeSite: 'PRODUCTION' }), back))).toBe(
      'SUCCEEDED FULL',
    );
    expect(inShort(judged(['SUCCEEDED'], facts('moved'), back))).toBe('UNSETTLED');
  });

  it('that ends in the state it began in shows only by the site that runs (SDRS, planned)', () => {
    const row = { ...MOVE, from: ['protected'], to: ['protected'], via: ['reversing'] };
    const before = facts('protected');
    expect(inShort(judged(['GONE'], facts('protected'), { before }, row))).toBe('UNSETTLED');
    expect(inShort(judged(['GONE'], facts('protected', { activeSite: 'RECOVERY' }), { before }, row))).toBe(
      'SUCCEEDED FULL',
    );
  });

  it('of a deletion is that the target is gone', () => {
    const row: LifecycleRow = { ...MOVE, to: 'GONE', flipsActiveSite: false };
    expect(inShort(judged(['SUCCEEDED'], GONE, {}, row))).toBe('SUCCEEDED FULL');
    expect(inShort(judged(['GONE'], GONE, {}, row))).toBe('SUCCEEDED FULL');
    expect(inShort(judged(['SUCCEEDED'], facts('ready'), {}, row))).toBe('UNSETTLED');
    expect(inShort(judged(['SUCCEEDED'], GONE))).toBe('UNSETTLED');
  });

  it('of a change that touches no state is the word of the upstream, or the evidence that adopted it', () => {
    const row: LifecycleRow = { from: 'ANY', via: [], to: 'ANY', failed: [], flipsActiveSite: false };
    const update = { command: command({ action: 'UPDATE_PROTECTION_GROUP' }), direction: null };
    expect(inShort(judged([], facts('ready'), update, row))).toBe('SUCCEEDED FULL');
    const adopted = { ...update, calls: [call('ACCEPTED', { adopted: true, ref: { jobIds: [] } })] };
    expect(inShort(judged([], facts('ready'), adopted, row))).toBe('SUCCEEDED FULL');
  });

  it('is partial when one of the calls was refused', () => {
    const calls = [call('ACCEPTED'), call('REFUSED')];
    expect(inShort(judged(['SUCCEEDED'], facts('moved'), { calls }))).toBe('SUCCEEDED PARTIAL');
  });
});

describe('an operation adopted without jobs', () => {
  const adopted = { calls: [call('ACCEPTED', { adopted: true, ref: { jobIds: [] } })] };

  it('is decided by the target alone, once it has changed', () => {
    expect(inShort(judged([], facts('moved'), adopted))).toBe('SUCCEEDED FULL');
    expect(inShort(judged([], facts('stranded'), adopted))).toBe('FAILED PARTIAL');
    expect(inShort(judged([], facts('moving'), adopted))).toBe('KEEP_WATCHING');
  });

  it('stays open while the target is as it was', () => {
    expect(inShort(judged([], facts('ready'), adopted))).toBe('UNSETTLED');
    expect(inShort(judged([], facts('stranded'), { ...adopted, before: facts('stranded') }))).toBe(
      'UNSETTLED',
    );
  });
});

describe('failure', () => {
  it('carries the words of the upstream', () => {
    expect(judged(['FAILED'], facts('stranded'))).toMatchObject({
      words: { code: 'worn-out', message: 'the rope broke' },
      text: expect.stringContaining('the rope broke') as string,
    });
  });

  it('of one job among several that ended well is partial', () => {
    expect(inShort(judged(['SUCCEEDED', 'FAILED'], facts('ready')))).toBe('FAILED PARTIAL');
  });

  it('after an accepted cancel is a cancellation', () => {
    expect(inShort(judged(['FAILED'], facts('ready'), { cancel }))).toBe('CANCELLED NONE');
    expect(inShort(judged(['GONE'], facts('stranded'), { cancel }))).toBe('CANCELLED PARTIAL');
    expect(inShort(judged(['FAILED'], facts('ready'), { cancel: { ...cancel, state: 'REFUSED' } }))).toBe(
      'FAILED NONE',
    );
  });
});

it('an end that came before the cancel took effect is a success', () => {
  expect(inShort(judged(['SUCCEEDED'], facts('moved'), { cancel }))).toBe('SUCCEEDED FULL');
});

it('a run that was asked to stop, and whose job is forgotten where both ends rest, was cancelled', () => {
  const drill: LifecycleRow = { ...MOVE, to: ['staged'], cancelled: ['staged'], flipsActiveSite: false };
  expect(inShort(judged(['GONE'], facts('staged'), { cancel }, drill))).toBe('CANCELLED PARTIAL');
  expect(inShort(judged(['SUCCEEDED'], facts('staged'), { cancel }, drill))).toBe('SUCCEEDED FULL');
  expect(inShort(judged(['GONE'], facts('staged'), {}, drill))).toBe('SUCCEEDED FULL');
});

it('what does not agree is told with both sides of the story', () => {
  expect(judged(['GONE'], facts('ready'))).toMatchObject({
    evidence: expect.stringMatching(/forgotten.*ready/) as string,
  });
});
