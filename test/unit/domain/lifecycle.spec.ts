import { ACTION_FACTS } from '../../../src/domain/action-facts.js';
import { type DrAction } from '../../../src/domain/dr-action.js';
import {
  lifecycleFaults,
  meaningOf,
  neededStates,
  type Lifecycle,
  type LifecycleRow,
} from '../../../src/domain/lifecycle.js';
import { DRIVERS } from '../../../src/providers/drivers.js';

const targetOf = (action: DrAction) => ACTION_FACTS[action].targetType;

function tableWith(row: Partial<LifecycleRow>): Lifecycle {
  return {
    states: {
      PROTECTION_GROUP: {},
      RECOVERY_PLAN: {
        ready: { state: 'PROTECTED', meaning: 'Ready.', passing: false },
        moving: { state: 'FAILING_OVER', meaning: 'Moves.', passing: true },
        moved: { state: 'FAILED_OVER', meaning: 'Moved.', passing: false },
      },
      DRILL: { standing: { state: 'DRILL_ACTIVE', meaning: 'Stands.', passing: false } },
    },
    actions: {
      FAILOVER: {
        from: ['ready'],
        via: ['moving'],
        to: ['moved'],
        failed: [],
        flipsActiveSite: true,
        ...row,
      },
    },
  };
}

describe('a lifecycle table', () => {
  it('that is whole has no faults', () => {
    expect(lifecycleFaults(tableWith({}), targetOf)).toEqual([]);
  });

  it.each(Object.keys(DRIVERS))('of %s is whole', (name) => {
    const table = DRIVERS[name]?.descriptor.lifecycle ?? tableWith({ to: [] });
    expect(lifecycleFaults(table, targetOf)).toEqual([]);
  });

  it.each(['from', 'via', 'to', 'failed'] as const)(
    'names an unknown word in "%s", and what to do',
    (column) => {
      expect(lifecycleFaults(tableWith({ [column]: ['mvoed'] }), targetOf)).toEqual([
        `lifecycle of FAILOVER: "mvoed" in "${column}" is not among the states of RECOVERY_PLAN; add it there`,
      ]);
    },
  );

  it('takes ANY and GONE for what they are', () => {
    expect(lifecycleFaults(tableWith({ from: 'ANY', to: 'GONE' }), targetOf)).toEqual([]);
    expect(lifecycleFaults(tableWith({ to: 'ANY' }), targetOf)).toEqual([]);
  });

  it('may not pass through a state that rests', () => {
    expect(lifecycleFaults(tableWith({ via: ['ready'] }), targetOf)).toEqual([
      expect.stringContaining('"ready" is in "via"') as string,
    ]);
  });

  it('must end somewhere', () => {
    expect(lifecycleFaults(tableWith({ to: [] }), targetOf)).toEqual([
      expect.stringContaining('"to" is empty') as string,
    ]);
  });

  it('looks up the ends of a drill among the words of drills, its beginning among those of the target', () => {
    const drill = { via: [], to: ['standing'], observes: 'DRILL' as const };
    expect(lifecycleFaults(tableWith(drill), targetOf)).toEqual([]);
    expect(lifecycleFaults(tableWith({ ...drill, from: ['standing'] }), targetOf)).toHaveLength(1);
    expect(lifecycleFaults(tableWith({ ...drill, to: ['moved'] }), targetOf)).toHaveLength(1);
  });

  it('tells all its faults at once', () => {
    expect(lifecycleFaults(tableWith({ from: ['a'], to: ['b', 'c'] }), targetOf)).toHaveLength(3);
  });
});

it('the states that an action needs are told in both languages', () => {
  const table = tableWith({ from: ['ready', 'moved'] });
  const row = table.actions.FAILOVER;
  expect(row && neededStates(table, 'RECOVERY_PLAN', row)).toBe('PROTECTED (ready) or FAILED_OVER (moved)');
  expect(row && neededStates(table, 'RECOVERY_PLAN', { ...row, from: 'ANY' })).toBe('any state');
});

it('a word that is not known is UNKNOWN, never passing, and kept', () => {
  const meaning = meaningOf(tableWith({}), 'RECOVERY_PLAN', 'a-new-word');
  expect(meaning).toMatchObject({ state: 'UNKNOWN', passing: false });
  expect(meaning.meaning).toContain('a-new-word');
});
