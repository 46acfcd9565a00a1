import { doOutside } from '../../src/providers/memory/memory.deeds.js';
import type { MemoryWorld } from '../../src/providers/memory/memory.world.js';
import type { Provider } from '../../src/providers/provider.js';
import { memorySite, WORK_MS } from '../unit/support/memory-site.js';
import { TestClock } from '../unit/support/test-clock.js';

describe('a survey of a world in memory', () => {
  let provider: Provider;
  let world: MemoryWorld;
  let clock: TestClock;

  beforeEach(() => {
    clock = new TestClock();
    ({ provider, world } = memorySite(clock));
  });

  it('shows what somebody else began, and who, without a request of ours', async () => {
    doOutside(world, 'olga', 'FAILOVER', 'move-books');
    const { plans, runs } = await provider.survey();
    expect(plans.find(({ name }) => name === 'Books')?.upstream.state).toBe('moving');
    expect(runs).toMatchObject([
      { action: 'FAILOVER', targetType: 'RECOVERY_PLAN', targetNativeId: 'move-books' },
    ]);
    expect(runs[0]).toMatchObject({ requestedBy: 'olga', state: 'RUNNING' });
    expect(world.journal.filter(({ kind }) => kind === 'CHANGE')).toEqual([]);
  });

  it("refuses at the world's own door what it would refuse the gateway", () => {
    expect(() => doOutside(world, 'olga', 'REPROTECT', 'move-books')).toThrow('it would have to be');
    expect(world.doer).toBe('gateway');
  });

  it('shows a drill of its plan from its beginning to its clean-up', async () => {
    const states: (string | undefined)[] = [];
    const look = async () => states.push((await provider.survey()).drills[0]?.state);
    await look();
    for (const what of ['START_DRILL', 'CLEAN_UP_DRILL'] as const) {
      doOutside(world, 'olga', what, 'move-books');
      await look();
      clock.advance(WORK_MS);
      await look();
    }
    expect(states).toEqual([undefined, 'STARTING', 'ACTIVE', 'CLEANING_UP', undefined]);
  });

  it('keeps the drill of a plan that stands by for another, and tells which began first', async () => {
    doOutside(world, 'olga', 'START_DRILL', 'move-mail');
    clock.advance(WORK_MS);
    doOutside(world, 'olga', 'START_DRILL', 'move-front');
    const { drills } = await provider.survey();
    expect(drills.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'Drill of Mail ACTIVE',
      'Drill of Everything customers see STARTING',
    ]);
    const [first = '', second = ''] = drills.map(({ createdTime }) => createdTime ?? '');
    expect(Date.parse(second) - Date.parse(first)).toBe(WORK_MS);
  });

  it('is followed by an inspection that finds broken machines and questions', async () => {
    const ledger = world.machineAt('books:ledger')?.machine;
    if (ledger) ledger.word = 'broken';
    world.nextWork({ question: 'Is the old site dark?' });
    doOutside(world, 'olga', 'FAILOVER', 'move-mail');
    clock.advance(WORK_MS);
    const concerns = await provider.inspect();
    expect(concerns.map(({ type }) => type)).toEqual(['NOT_REALLY_PROTECTED', 'PROMPT_WAITING']);
  });
});
