import { judgeAction } from '../../../src/domain/allowed-actions.js';
import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { DR_ACTIONS } from '../../../src/domain/dr-action.js';
import type { ResourceFacts } from '../../../src/domain/observation.js';
import { memoryDescriptor } from '../../../src/providers/memory/memory.descriptor.js';

const { lifecycle } = memoryDescriptor;

function plan(word: string, changes: Partial<ResourceFacts> = {}): ResourceFacts {
  return {
    exists: true,
    name: 'Books',
    state: lifecycle.states.RECOVERY_PLAN[word]?.state ?? 'UNKNOWN',
    word,
    activeSite: 'PRODUCTION',
    nextDirection: 'TO_RECOVERY',
    ...changes,
  };
}

describe('the state of the target', () => {
  const rows = DR_ACTIONS.filter((action) => lifecycle.actions[action]).flatMap((action) => {
    const { targetType } = ACTION_FACTS[action];
    return Object.keys(lifecycle.states[targetType] ?? {}).map((word) => [action, word] as const);
  });

  it.each(rows)('decides whether %s may start from %s, by the lifecycle table', (action, word) => {
    const from = lifecycle.actions[action]?.from ?? [];
    const judged = judgeAction(lifecycle, action, plan(word));
    expect(judged.allowed).toBe(from === 'ANY' || from.includes(word));
    expect(judged.blocking.map(({ code }) => code)).toEqual(judged.allowed ? [] : ['wrong-state']);
  });

  it('that is not known allows nothing that has a rule', () => {
    expect(judgeAction(lifecycle, 'FAILOVER', plan('a-new-word')).allowed).toBe(false);
  });

  it('is told in our word and in the upstream’s, with those that are needed', () => {
    const [blocking] = judgeAction(lifecycle, 'FAILOVER', plan('moved')).blocking;
    expect(blocking?.text).toBe(
      'The target is FAILED_OVER (moved); the action needs PROTECTED (ready) or INCOMPLETE (stranded).',
    );
  });
});

describe('the remedy for a wrong state', () => {
  it.each([
    ['FAILOVER', 'moved', 'Run REPROTECT first.'],
    ['FAILOVER', 'staged', 'Run CLEAN_UP_DRILL first.'],
    ['CLEAN_UP_DRILL', 'ready', 'It is so already: there is nothing to do.'],
    ['REPROTECT', 'ready', 'It is so already: there is nothing to do.'],
    ['FAILOVER', 'moving', 'Wait until the target has reached that state.'],
  ] as const)('of %s from %s is: %s', (action, word, remedy) => {
    expect(judgeAction(lifecycle, action, plan(word)).blocking[0]?.remedy).toBe(remedy);
  });
});

describe('the direction', () => {
  it('is refused when the workload already runs there', () => {
    const judged = judgeAction(lifecycle, 'FAILOVER', plan('ready'), { direction: 'TO_PRODUCTION' });
    expect(judged).toMatchObject({ allowed: false, blocking: [{ code: 'wrong-direction' }] });
    expect(judged.blocking[0]?.text).toContain('PRODUCTION');
    expect(judged.blocking[0]?.remedy).toContain('TO_RECOVERY');
  });

  it('is offered for actions that name one, and for no other', () => {
    expect(judgeAction(lifecycle, 'PLANNED_FAILOVER', plan('ready')).direction).toBe('TO_RECOVERY');
    expect(judgeAction(lifecycle, 'REPROTECT', plan('moved')).direction).toBeNull();
  });

  it('must be known: a failover that goes wherever it goes is not allowed', () => {
    const facts = plan('ready', { nextDirection: null });
    const judged = judgeAction(lifecycle, 'FAILOVER', facts, { direction: 'TO_PRODUCTION' });
    expect(judged.blocking).toMatchObject([{ code: 'direction-unknown' }]);
  });
});

describe('what stands in the way besides', () => {
  it('is an operation that holds a group, by name', () => {
    const judged = judgeAction(lifecycle, 'FAILOVER', plan('ready'), { heldBy: 'alpha.1' });
    expect(judged.blocking).toMatchObject([{ code: 'operation-in-progress' }]);
    expect(judged.blocking[0]?.text).toContain('alpha.1');
  });

  it('is what only the upstream knows', () => {
    const blocker = { code: 'group-not-protected', text: 'No.', remedy: 'Enable it.' };
    expect(judgeAction(lifecycle, 'FAILOVER', plan('ready'), { blockers: [blocker] }).blocking).toEqual([
      blocker,
    ]);
  });

  it('is everything at once, so that nobody has to ask twice', () => {
    const judged = judgeAction(lifecycle, 'FAILOVER', plan('moved'), {
      direction: 'TO_PRODUCTION',
      heldBy: 'alpha.1',
    });
    expect(judged.blocking.map(({ code }) => code)).toEqual([
      'wrong-state',
      'wrong-direction',
      'operation-in-progress',
    ]);
  });

  it('is that the upstream has no such action', () => {
    const { REPROTECT: _none, ...actions } = lifecycle.actions;
    const judged = judgeAction({ ...lifecycle, actions }, 'REPROTECT', plan('moved'));
    expect(judged).toMatchObject({ allowed: false, blocking: [{ code: 'unsupported-action' }] });
  });
});

it.each(DR_ACTIONS)('%s tells its consequences whether or not it is allowed', (action) => {
  expect(judgeAction(lifecycle, action, null).consequences).toBe(ACTION_FACTS[action].consequences);
});
