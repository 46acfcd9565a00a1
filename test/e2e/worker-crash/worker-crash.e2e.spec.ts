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
  const world = useWorld({ workers: 1, env: { SUBMIT_TIMEOUT_MS: '5000', QUARANTINE_MS: '4000' } });
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
    'while it waits for answers: what has begun is found and ended, what has not is asked about, nothing is sent again',
    async () => {
      const { api } = world();
      for (const { site, action } of SITES) {
        const upstream = world().simulator(site);
        await upstream.fault({ kind: 'hang', when: 'after', method: 'POST', path: action });
        await upstream.fault({ kind: 'hang', when: 'before', method: 'POST', path: action });
      }
      const begun = await failOverBoth();
      await eventuallyTrue('both are executed', async () => isOnBoth({ sent: 1, executed: 1 }));
      const others = [
        await api.start('POST', `/v1/protection-groups/${await planId('shop-dr')}/actions/enable-protection`),
        await api.run(await planId('web-plan'), 'failover', { direction: 'TO_RECOVERY' }),
      ].map(({ id }) => id);
      await eventuallyTrue('the others are sent, too', async () => isOnBoth({ sent: 2, executed: 1 }));

      await world().killWorkers();
      for (const id of [...begun, ...others]) expect((await api.operation(id)).state).toBe('SUBMITTING');
      await world().startWorker();
      for (const ended of await all(begun, 'SUCCEEDED')) expect(ended.outcome).toBe('FULL');
      for (const unknown of await all(others, 'UNKNOWN', 'SUCCEEDED'))
        expect(unknown).toMatchObject({
          state: 'UNKNOWN',
          done: false,
          evidence: expect.any(String) as string,
        });
      expect(await isOnBoth({ sent: 2, executed: 1 })).toBe(true);
    },
    TEST_MS,
  );

  const planId = async (name: string): Promise<string> => (await world().api.planNamed(name)).id;

  async function isOnBoth(counts: { sent: number; executed: number }): Promise<boolean> {
    return (await sentAndExecuted()).every(
      ({ sent, executed }) => sent === counts.sent && executed === counts.executed,
    );
  }
});
