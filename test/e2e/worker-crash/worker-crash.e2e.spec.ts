import type { FaultRule } from '../../../simulators/engine/faults.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

const SITES = [
  { site: 'sdrs', plan: 'erp-dr', action: '/server-groups/[^/]+/action$' },
  { site: 'srm', plan: 'erp-plan', action: '/actions/recovery$' },
] as const;

/** A worker's job is taken over after its lock has run out: 10 s, and up to twice 5 s until somebody looks. */
const TAKEOVER_MS = 60_000;
const TEST_MS = 90_000;
/** Seconds of work upstream, so that a kill falls into them on any machine. */
const SLOWLY = { durationFactor: 0.05 };

describe('a worker that is killed', () => {
  const world = useWorld({ workers: 1, env: { SUBMIT_TIMEOUT_MS: '2000', QUARANTINE_MS: '4000' } });
  beforeEach(async () => {
    await world().killWorkers();
    await world().reset({ sdrs: SLOWLY, srm: SLOWLY });
    await world().startWorker();
  });

  async function failOverBoth(): Promise<string[]> {
    const { api } = world();
    const plans = await Promise.all(SITES.map(({ plan }) => api.planNamed(plan)));
    const operations = plans.map(({ id }) => api.run(id, 'failover', { direction: 'TO_RECOVERY' }));
    return (await Promise.all(operations)).map(({ id }) => id);
  }

  function all(ids: string[], ...states: OperationDto['state'][]): Promise<OperationDto[]> {
    const reached = (id: string) =>
      world().api.operationWhen(
        id,
        `is ${states.join()}`,
        ({ state }) => states.includes(state),
        TAKEOVER_MS,
      );
    return Promise.all(ids.map(reached));
  }

  async function bothActionsMeet(fault: Omit<FaultRule, 'method' | 'path'>): Promise<void> {
    for (const { site, action } of SITES)
      await world()
        .simulator(site)
        .fault({ ...fault, method: 'POST', path: action });
  }

  async function sentAndExecuted(): Promise<{ sent: number; executed: number }[]> {
    return Promise.all(
      SITES.map(async ({ site }) => ({
        sent: (await world().simulator(site).changes()).length,
        executed: (await world().simulator(site).executions()).length,
      })),
    );
  }

  const ONCE = { sent: 1, executed: 1 };

  it(
    'while operations are RUNNING: the next one ends them, and nothing runs twice',
    async () => {
      const ids = await failOverBoth();
      await all(ids, 'RUNNING');
      await world().killWorkers();
      for (const id of ids) expect(await world().api.operation(id)).toMatchObject({ done: false });
      await world().startWorker();
      for (const ended of await all(ids, 'SUCCEEDED')) expect(ended.outcome).toBe('FULL');
      expect(await sentAndExecuted()).toEqual([ONCE, ONCE]);
    },
    TEST_MS,
  );

  it(
    'beside another one: the other one goes on',
    async () => {
      await world().startWorker();
      const ids = await failOverBoth();
      await all(ids, 'RUNNING');
      await world().workers.at(-2)?.kill();
      for (const ended of await all(ids, 'SUCCEEDED')) expect(ended.outcome).toBe('FULL');
      expect(await sentAndExecuted()).toEqual([ONCE, ONCE]);
    },
    TEST_MS,
  );

  it(
    'while it waits for the answer: what it began is found and ended, and not begun again',
    async () => {
      await bothActionsMeet({ kind: 'hang', when: 'after' });
      const ids = await failOverBoth();
      await eventuallyTrue('both are executed', async () =>
        (await sentAndExecuted()).every(({ executed }) => executed === 1),
      );
      await world().killWorkers();
      for (const id of ids) expect(await world().api.operation(id)).toMatchObject({ state: 'SUBMITTING' });
      await world().startWorker();
      for (const ended of await all(ids, 'SUCCEEDED')) expect(ended.outcome).toBe('FULL');
      expect(await sentAndExecuted()).toEqual([ONCE, ONCE]);
    },
    TEST_MS,
  );

  it(
    'before the upstream has begun: nothing is sent again, and a person is asked',
    async () => {
      await bothActionsMeet({ kind: 'hang', when: 'before' });
      const ids = await failOverBoth();
      await eventuallyTrue('both are sent', async () =>
        (await sentAndExecuted()).every(({ sent }) => sent === 1),
      );
      await world().killWorkers();
      await world().startWorker();
      for (const unknown of await all(ids, 'UNKNOWN', 'SUCCEEDED'))
        expect(unknown).toMatchObject({
          state: 'UNKNOWN',
          done: false,
          evidence: expect.any(String) as string,
        });
      const never = { sent: 1, executed: 0 };
      expect(await sentAndExecuted()).toEqual([never, never]);
    },
    TEST_MS,
  );
});
