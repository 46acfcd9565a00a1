import { plausibility } from '../../../src/inventory/plausibility.js';
import { drill, group, groups, plan, survey } from '../support/survey.js';

const HERE = 'here';

describe('an answer that cannot be true', () => {
  it.each([
    [
      'has one id twice with different content',
      { groups: [group('here.a'), group('here.a', { state: 'FAILED_OVER' })] },
      'contradict each other (here.a)',
    ],
    ['has a plan of another site', { plans: [plan('elsewhere.a')] }, 'belongs to another site (elsewhere.a)'],
    ['has a group without an id', { groups: [group('')] }, 'has no id'],
    [
      'has a group of which only the id is known',
      { groups: [group('here.a', { name: undefined as unknown as string })] },
      'only half there (here.a)',
    ],
    [
      'has a plan without a word for its state',
      { plans: [plan('here.a', { upstream: { id: 'a', state: '' } })] },
      'only half there (here.a)',
    ],
    ['has an id that is none', { drills: [drill('here.')] }, 'has no id'],
  ])('%s', (_what, answer, words) => {
    const judged = plausibility(HERE, survey({ groups: groups(HERE, 3) }), answer);
    expect(judged).toMatchObject({ kind: 'NONSENSE', text: expect.stringContaining(words) as string });
  });
});

it('what is at fault is told apart from the rest, each once', () => {
  const answer = {
    groups: [
      group('here.a'),
      group(''),
      group('here.b'),
      group('here.a', { state: 'FAILED_OVER' }),
      group(''),
    ],
  };
  expect(plausibility(HERE, null, answer)).toMatchObject({
    kind: 'NONSENSE',
    faults: [
      { list: 'groups', id: null },
      { list: 'groups', id: 'here.a' },
    ],
    rest: { groups: [group('here.b')] },
  });
});

describe('an answer that is believed at once', () => {
  it('is in the order of ids, with each thing once', () => {
    const judged = plausibility(HERE, null, {
      groups: [group('here.b'), group('here.a'), group('here.b')],
      runs: [],
    });
    expect(judged).toEqual({
      kind: 'PLAUSIBLE',
      lists: { groups: [group('here.a'), group('here.b')], runs: [] },
    });
  });

  it('may be empty where nothing was known', () => {
    expect(plausibility(HERE, null, survey()).kind).toBe('PLAUSIBLE');
    expect(plausibility(HERE, survey(), survey()).kind).toBe('PLAUSIBLE');
  });

  it('keeps states that are not known here', () => {
    const strange = group('here.a', { state: 'UNKNOWN', upstream: { id: 'a', state: 'levitating' } });
    expect(plausibility(HERE, survey({ groups: [group('here.a')] }), { groups: [strange] })).toEqual({
      kind: 'PLAUSIBLE',
      lists: { groups: [strange] },
    });
  });

  it('may have more than was known', () => {
    const judged = plausibility(HERE, survey({ groups: groups(HERE, 3) }), { groups: groups(HERE, 30) });
    expect(judged.kind).toBe('PLAUSIBLE');
  });

  it('may lack a list that was not read', () => {
    const before = survey({ groups: groups(HERE, 3), plans: [plan('here.p')] });
    expect(plausibility(HERE, before, { groups: groups(HERE, 3) }).kind).toBe('PLAUSIBLE');
  });

  it('may have lost every drill where they are a state of their plans', () => {
    const before = survey({ drills: [drill('here.a'), drill('here.b'), drill('here.c')] });
    expect(plausibility(HERE, before, survey()).kind).toBe('PLAUSIBLE');
    const judged = plausibility(HERE, before, survey(), { drills: true });
    expect(judged.kind === 'LOSS' && judged.gone).toHaveLength(3);
  });
});

describe('an answer in which something is missing that was there', () => {
  it.each([
    [1, 0],
    [212, 0],
    [4, 3],
    [1_000, 950],
  ])('of %d groups %d are left', (before, now) => {
    const judged = plausibility(HERE, survey({ groups: groups(HERE, before) }), {
      groups: groups(HERE, now),
    });
    expect(judged).toMatchObject({ kind: 'LOSS', text: `${now} of ${before} protection groups` });
    expect(judged.kind === 'LOSS' && judged.gone).toHaveLength(before - now);
  });

  it('may have others in its place', () => {
    const before = survey({ groups: groups(HERE, 4) });
    const judged = plausibility(HERE, before, {
      groups: [group('here.x'), group('here.y'), group('here.z')],
    });
    expect(judged).toMatchObject({ kind: 'LOSS', text: '0 of 4 protection groups' });
  });

  it('names every list that lost something; a plan that is its group is missed once', () => {
    const before = survey({ groups: [group('here.a')], plans: [plan('here.a'), plan('here.p')] });
    expect(plausibility(HERE, before, survey())).toMatchObject({
      kind: 'LOSS',
      text: '0 of 1 protection groups and 0 of 2 recovery plans',
      gone: [
        { list: 'groups', id: 'here.a' },
        { list: 'plans', id: 'here.p' },
      ],
    });
  });

  it('has the same digest as another one with the same things, whatever they are doing', () => {
    const before = survey({ groups: groups(HERE, 4) });
    const digest = (answer: ReturnType<typeof groups>): string => {
      const judged = plausibility(HERE, before, { groups: answer });
      return judged.kind === 'LOSS' ? judged.digest : judged.kind;
    };
    const [one, two] = groups(HERE, 2);
    if (!one || !two) throw new Error('two groups were made');
    expect(digest([two, { ...one, state: 'FAILING_OVER' }])).toBe(digest([one, two]));
    expect(digest([one])).not.toBe(digest([one, two]));
    expect(digest([])).not.toBe(digest([one]));
  });
});
