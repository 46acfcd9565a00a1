import { RedisCluster } from '../../../scripts/faults/store/redis-cluster.js';
import type { RedisNode } from '../../../scripts/faults/store/redis-node.js';
import type { RecoveryPlanDto } from '../../../src/api/dto/inventory.dto.js';
import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { shardOf, shardPrefix } from '../../../src/platform/redis/keys.js';
import type { GatewayClient } from '../../support/client.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { printWhenFailed } from '../../support/failure-log.js';
import { readEvents } from '../../support/sse.js';
import { startWorld, STARTING_TAKES_MS, type World } from '../../support/world.js';

const SITES = [
  { site: 'sdrs', plan: 'erp-dr' },
  { site: 'srm', plan: 'erp-plan' },
] as const;
const TEST_MS = 120_000;

/** Three masters with a replica each; two API and two worker processes. */
describe('a gateway on a Redis Cluster', () => {
  let cluster: RedisCluster;
  let world: World;
  let second: GatewayClient;

  beforeAll(async () => {
    cluster = await RedisCluster.start({ replicas: 1 });
    world = await startWorld({
      workers: 2,
      env: {
        REDIS_URL: cluster.url,
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
    await cluster?.stop();
  }, STARTING_TAKES_MS);

  const atHome = (plan: string): Promise<RecoveryPlanDto> =>
    eventually('its plan is at home', async () => {
      const found = await world.api.plan((await world.api.planNamed(plan)).id);
      return found.activeSite === 'PRODUCTION' ? found : null;
    });

  const listed = async (api: GatewayClient, filter = ''): Promise<string[]> => {
    const { items } = await api.read<{ items: OperationDto[] }>(`/v1/operations?pageSize=200${filter}`);
    return items.map(({ id }) => id);
  };

  it(
    'is ready, takes operations on both sites to their verdicts, and tells them over every server',
    async () => {
      for (const api of [world.api, second]) await eventuallyTrue('it is ready', () => api.isOpen());
      const { checks } = await world.api.read<{ checks: { name: string; ok: boolean }[] }>('/readyz');
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      const done: string[] = [];
      for (const { site, plan } of SITES) {
        const { id } = await atHome(plan);
        const operation = await world.api.run(id, 'failover', { direction: 'TO_RECOVERY' });
        const reading = await readEvents(second, `/v1/operations/${operation.id}/events`);
        const ended = await world.api.succeeded(operation, 60_000);
        await eventuallyTrue('the other process has told the end', () =>
          reading.events.some(({ event }) => event === 'operation.succeeded'),
        );
        reading.leave();
        await reading.ended.catch(() => undefined);
        expect(await world.simulator(site).executions()).toHaveLength(1);
        done.push(ended.id);
      }
      const shards = new Set(done.map((id) => shardOf(id.slice(0, id.indexOf('.')))));
      expect(shards.size).toBe(SITES.length);
      expect((await listed(second)).slice(0, 2).sort()).toEqual([...done].sort());
      expect(await listed(second, '&state=SUCCEEDED&orderBy=createdTime%20asc')).toEqual(done);
    },
    TEST_MS,
  );

  it(
    'accepts the same request once, whichever process is asked, and goes on when one of each is killed',
    async () => {
      await world.sdrs.reset();
      const { id } = await atHome('erp-dr');
      const body = { direction: 'TO_RECOVERY' };
      const path = `/v1/recovery-plans/${id}/actions/failover`;
      const answers = await Promise.all(
        [world.api, second, world.api, second].map((api) =>
          api.ask<OperationDto>('POST', path, { body, key: 'asked-of-everybody' }),
        ),
      );
      expect(new Set(answers.map(({ status, body: { id } }) => `${status} ${id}`)).size).toBe(1);
      const [operation] = answers;
      if (operation?.status !== 202) throw new Error(JSON.stringify(operation));
      await world.workers[0]?.kill();
      await world.stopApi();
      await second.succeeded(operation.body, 60_000);
      expect(await world.sdrs.executions()).toHaveLength(1);
      await world.startApi();
      await world.startWorker();
    },
    TEST_MS,
  );

  it.each(SITES)(
    'loses nothing and repeats nothing when the master with the shard of $site is killed while its operation runs',
    async ({ site, plan }) => {
      await eventuallyTrue('it is ready', () => world.api.isOpen());
      const simulator = world.simulator(site);
      await simulator.reset({ durationFactor: 0.05 });
      const { id, siteId } = await atHome(plan);
      const path = `/v1/recovery-plans/${id}/actions/failover`;
      const key = `before-the-failover-of-the-master-of-${site}`;
      const body = { direction: 'TO_RECOVERY' };
      const operation = await world.api.start('POST', path, body, key);
      await world.api.inState(operation.id, 'RUNNING');
      const master: RedisNode = await cluster.masterOf(shardPrefix(shardOf(siteId)));
      const replica = await cluster.replicaOf(master);
      await master.kill();
      await cluster.promoted(replica);
      await master.begin();
      await world.api.succeeded(operation, 60_000);
      expect(await simulator.executions()).toHaveLength(1);
      await eventuallyTrue('it is open', async () => (await world.api.isOpen()) && (await second.isOpen()));
      expect((await world.api.start('POST', path, body, key)).id).toBe(operation.id);
      expect(await world.api.read('/v1/restore-guard')).toMatchObject({
        state: 'OPEN',
        reason: 'OTHER_SERVER',
      });
    },
    TEST_MS,
  );
});
