import type { RecoveryPlanDto } from '../../../src/api/dto/inventory.dto.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { RedisPair, Sentinels } from '../../../scripts/faults/store/redis-pair.js';
import type { RedisNode } from '../../../scripts/faults/store/redis-node.js';
import type { GatewayClient } from '../../support/client.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { printWhenFailed } from '../../support/failure-log.js';
import { readEvents } from '../../support/sse.js';
import { startWorld, STARTING_TAKES_MS, type World } from '../../support/world.js';

const SITES = [
  { site: 'sdrs', siteId: 'eu-cloud', plan: 'erp-dr' },
  { site: 'srm', siteId: 'berlin-dc', plan: 'erp-plan' },
] as const;
const BODY = { direction: 'TO_RECOVERY' };
const TEST_MS = 150_000;

/** A server and its replica, three Sentinels; two API and two worker processes. */
describe('a gateway behind three Sentinels', () => {
  let pair: RedisPair;
  let sentinels: Sentinels;
  let world: World;
  let second: GatewayClient;

  beforeAll(async () => {
    pair = await RedisPair.start();
    sentinels = await Sentinels.start(pair);
    world = await startWorld({
      workers: 2,
      env: {
        REDIS_URL: sentinels.url(pair.primary.password),
        REDIS_WAIT_REPLICAS: '1',
        SUBMIT_TIMEOUT_MS: '2000',
        INVENTORY_REFRESH_MS: '2000',
      },
    });
    second = await world.startReplica();
  }, STARTING_TAKES_MS);
  printWhenFailed(() => world?.logs);
  afterAll(async () => {
    await world?.stop();
    await sentinels?.stop();
    await pair?.stop();
  }, STARTING_TAKES_MS);

  const allAreOpen = (): Promise<void> =>
    eventuallyTrue(
      'both API processes are open',
      async () => (await world.api.isOpen()) && (await second.isOpen()),
    );

  /** All plans at home, as on the first day, with work that takes seconds. */
  async function atHome(): Promise<{ plan: RecoveryPlanDto; site: (typeof SITES)[number]['site'] }[]> {
    await allAreOpen();
    await Promise.all([
      world.sdrs.reset({ durationFactor: 0.05 }),
      world.srm.reset({ durationFactor: 0.05 }),
    ]);
    const found = SITES.map(({ site, plan: name }) =>
      eventually(`${name} is at home`, async () => {
        const plan = await world.api.plan((await world.api.planNamed(name)).id);
        return plan.activeSite === 'PRODUCTION' ? { site, plan } : null;
      }),
    );
    return Promise.all(found);
  }

  /** Failovers on both sites are under way, each asked for at another process; then it strikes. */
  async function inTheMiddle(name: string, strike: () => Promise<void>): Promise<OperationDto[]> {
    const plans = await atHome();
    const asked = await Promise.all(
      plans.map(async ({ plan, site }, i) => {
        const path = `/v1/recovery-plans/${plan.id}/actions/failover`;
        const key = `${name}-${site}`;
        const api = i === 0 ? world.api : second;
        return { site, path, key, operation: await api.start('POST', path, BODY, key) };
      }),
    );
    const [first] = asked;
    if (!first) throw new Error('nothing was asked for');
    const reading = await readEvents(second, `/v1/operations/${first.operation.id}/events`);
    await Promise.all(asked.map(({ operation }) => world.api.inState(operation.id, 'RUNNING')));
    await strike();
    const ended = await Promise.all(asked.map(({ operation }) => second.succeeded(operation, 60_000)));
    await allAreOpen();
    for (const { site, path, key, operation } of asked) {
      expect(await world.simulator(site).executions()).toHaveLength(1);
      expect((await world.api.start('POST', path, BODY, key)).id).toBe(operation.id);
    }
    await eventuallyTrue('the end was told to whoever was listening', () =>
      reading.events.some(({ event }) => event === 'operation.succeeded'),
    );
    reading.leave();
    await reading.ended.catch(() => undefined);
    return ended;
  }

  /** What a new primary takes: on both sites, each at the process that was not asked before. */
  async function protectAgain(failedOver: readonly OperationDto[]): Promise<void> {
    for (const [i, operation] of failedOver.entries()) {
      const { target, siteId } = operation;
      const api = i === 0 ? second : world.api;
      // A verdict that only the old primary had is lost with it, and concluded anew.
      await api.succeeded(operation, 60_000);
      await api.succeeded(await api.run(target.id ?? '', 'reprotect'), 60_000);
      const { site } = SITES.find(({ siteId: id }) => id === siteId) ?? SITES[0];
      expect(await world.simulator(site).executions()).toHaveLength(2);
    }
  }

  it(
    'is ready at every process, and what one takes the other shows',
    async () => {
      await allAreOpen();
      const ids = (await inTheMiddle('nothing', async () => undefined)).map(({ id }) => id);
      for (const api of [world.api, second]) {
        const { items } = await api.read<{ items: OperationDto[] }>('/v1/operations?origin=GATEWAY');
        expect(items.map(({ id }) => id).sort()).toEqual([...ids].sort());
      }
    },
    TEST_MS,
  );

  it(
    'loses nothing and repeats nothing when the primary is killed while operations run on both sites',
    async () => {
      const failedOver = await inTheMiddle('killed', async () => {
        await pair.primary.kill();
        await sentinels.promoted(pair.replica);
        await pair.primary.begin(following(pair.replica));
      });
      expect(await second.read('/v1/restore-guard')).toMatchObject({ state: 'OPEN', reason: 'OTHER_SERVER' });
      await protectAgain(failedOver);
    },
    TEST_MS,
  );

  it(
    'the same when the primary steps down without an end, and one of each process is killed with it',
    async () => {
      await eventuallyTrue(
        'the old primary follows the new one',
        async () => (await pair.primary.info('replication')).get('master_link_status') === 'up',
      );
      const failedOver = await inTheMiddle('stepped-down', async () => {
        await world.workers[0]?.kill();
        await eventually('a Sentinel has it done', async () => {
          const [sentinel] = sentinels.nodes;
          return (await sentinel?.use((redis) => redis.call('SENTINEL', 'FAILOVER', Sentinels.NAME))) ?? null;
        });
        await sentinels.promoted(pair.primary);
      });
      await protectAgain(failedOver);
    },
    TEST_MS,
  );
});

function following({ port }: RedisNode): Record<string, string> {
  return { replicaof: `127.0.0.1 ${port}` };
}
