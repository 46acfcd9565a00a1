import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { destinationOf, type DrAction } from '../../../src/domain/dr-action.js';
import type { LifecycleRow } from '../../../src/domain/lifecycle.js';
import type { Observation, ResourceFacts } from '../../../src/domain/observation.js';
import { judge } from '../../../src/domain/verdict.js';
import { memoryDescriptor } from '../../../src/providers/memory/memory.descriptor.js';
import { sdrsDescriptor } from '../../../src/providers/sdrs/sdrs.descriptor.js';
import { srmDescriptor } from '../../../src/providers/srm/srm.descriptor.js';
import { command, operationIn } from '../support/operation.js';

/** Begun from one word of the target; null = it is still to be made, or a site, which has none. */
interface Case {
  title: string;
  action: DrAction;
  row: LifecycleRow;
  /** Where whatever the row observes can rest. */
  resting: string[];
  before: string | null;
}

const MAKING: readonly DrAction[] = [
  'CREATE_PROTECTION_GROUP',
  'CREATE_RECOVERY_PLAN',
  'ADD_PROTECTED_INSTANCE',
  'CREATE_REPLICATION_PAIR',
];

const CASES = [memoryDescriptor, sdrsDescriptor, srmDescriptor].flatMap(({ provider, lifecycle }) =>
  (Object.entries(lifecycle.actions) as [DrAction, LifecycleRow][]).flatMap(([action, row]): Case[] => {
    const { targetType } = ACTION_FACTS[action];
    const restingOf = (kind: typeof targetType): string[] =>
      Object.entries(lifecycle.states[kind] ?? {}).flatMap(([word, { passing }]) => (passing ? [] : [word]));
    const resting = restingOf(row.observes === 'DRILL' ? 'DRILL' : targetType);
    const words = row.from === 'ANY' ? restingOf(targetType) : row.from;
    const hasNone = MAKING.includes(action) || targetType === 'SITE';
    const begun = hasNone ? [null] : words;
    return begun.map((before) => {
      const title = `${provider} ${action}${before === null ? '' : ` from ${before}`}`;
      return { title, action, row, resting, before };
    });
  }),
);

const OF_TARGET = CASES.filter(({ before }) => before !== null);
const OF_SAME = OF_TARGET.filter(({ row }) => row.observes !== 'DRILL');
const OF_DRILL = CASES.filter(({ row }) => row.observes === 'DRILL');
const OF_MADE = CASES.filter(({ action }) => MAKING.includes(action));

function facts(word: string | null, changes: Partial<ResourceFacts> = {}): ResourceFacts {
  const exists = word !== null;
  const nothing = { state: 'UNKNOWN' as const, nextDirection: null, activeSite: 'PRODUCTION' as const };
  return { ...nothing, exists, name: exists ? 'Books' : null, word: word ?? '', ...changes };
}

/** By a job that the upstream has forgotten. */
function judged(
  { action, row, before }: Case,
  resource: ResourceFacts,
  effect: Observation['effect'] = null,
): string {
  const direction = row.flipsActiveSite ? 'TO_RECOVERY' : null;
  const operation = operationIn('RUNNING', {
    action,
    direction,
    command: command({ action, direction, input: { name: 'Call the boss' } as never }),
    before: before === null ? null : facts(before),
  });
  const judgement = judge(operation, row, {
    operationId: 'x',
    jobs: [{ id: 'j', state: 'GONE', word: null, progressPercent: null, error: null }],
    resource,
    effect,
    progressPercent: null,
    steps: [],
    prompts: [],
    createdId: null,
    warnings: [],
  });
  return judgement.kind === 'VERDICT' ? `${judgement.state} ${judgement.outcome}` : judgement.kind;
}

/** As the action is to leave it. */
function ends({ row, before }: Case): ResourceFacts[] {
  if (row.to === 'GONE') return [facts(null)];
  const activeSite = row.flipsActiveSite ? destinationOf('TO_RECOVERY') : 'PRODUCTION';
  const words = row.to === 'ANY' ? [before ?? 'made'] : row.to;
  return words.map((word) => facts(word, { activeSite }));
}

function endsWhereItBegan({ row, before }: Case): boolean {
  return row.to === 'ANY' || (row.to !== 'GONE' && row.to.includes(before ?? ''));
}

it('every row of every driver is looked at', () => {
  const rows = [memoryDescriptor, sdrsDescriptor, srmDescriptor].flatMap(({ lifecycle }) =>
    Object.values(lifecycle.actions),
  );
  expect(new Set(CASES.map(({ row }) => row))).toEqual(new Set(rows));
});

describe('an action whose job is forgotten has not succeeded', () => {
  it.each(OF_SAME)('because the target has another name: $title', (each) => {
    expect(judged(each, facts(each.before, { name: 'Ledgers' }))).not.toMatch(/^SUCCEEDED/);
  });

  it.each(OF_SAME.filter(({ action }) => action.endsWith('_RECOVERY_STEP')))(
    'because the plan has the name that a step was to have: $title',
    (each) => {
      expect(judged(each, facts(each.before, { name: 'Call the boss' }))).toBe('UNSETTLED');
    },
  );

  it.each(OF_SAME.filter((each) => endsWhereItBegan(each)))(
    'because the target left the word it would have kept: $title',
    (each) => {
      for (const word of each.resting.filter((other) => other !== each.before)) {
        expect([word, judged(each, facts(word))]).not.toEqual([word, expect.stringMatching(/^SUCCEEDED/)]);
      }
    },
  );

  it.each(OF_TARGET.filter(({ row }) => row.to === 'ANY' && !row.flipsActiveSite))(
    'because the target runs at the other site: $title',
    (each) => {
      expect(judged(each, facts(each.before, { activeSite: 'RECOVERY' }))).toBe('UNSETTLED');
    },
  );

  it.each(CASES)('while its effect is seen to be missing: $title', (each) => {
    for (const end of ends(each)) expect(judged(each, end, 'MISSING')).not.toMatch(/^SUCCEEDED/);
  });

  it.each(OF_MADE)('while what it was to make is not there: $title', (each) => {
    expect(judged(each, facts(null))).toBe('UNSETTLED');
  });
});

describe('an action whose job is forgotten has succeeded', () => {
  it.each(CASES)('when its effect is seen: $title', (each) => {
    for (const end of ends(each)) expect(judged(each, end, 'SEEN')).toBe('SUCCEEDED FULL');
  });

  it.each(OF_TARGET.filter((each) => !endsWhereItBegan(each) || each.row.flipsActiveSite))(
    'when the target came to a word or site that it was not in: $title',
    (each) => {
      for (const end of ends(each)) expect(judged(each, end)).toBe('SUCCEEDED FULL');
    },
  );

  it.each([...OF_MADE, ...OF_DRILL])(
    'when what it was to make is there, or to remove is not: $title',
    (each) => {
      for (const end of ends(each)) expect(judged(each, end)).toBe('SUCCEEDED FULL');
    },
  );
});

it.each(OF_DRILL.filter(({ row }) => row.to === 'GONE'))(
  'a drill in error tells nothing of a removal that is forgotten, for it may have been so before: $title',
  (each) => {
    for (const word of each.row.failed) expect(judged(each, facts(word))).toBe('UNSETTLED');
  },
);
