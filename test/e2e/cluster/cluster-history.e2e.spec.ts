import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisCluster } from '../../../scripts/faults/store/redis-cluster.js';
import type { OperationDto, OperationListDto } from '../../../src/api/dto/operation.dto.js';
import type { DrillCoverageDto } from '../../../src/api/dto/reports.dto.js';
import type { PlanStatisticsDto, StatisticsListDto } from '../../../src/api/dto/statistics.dto.js';
import type { Operation } from '../../../src/domain/operation.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { SystemClock } from '../../../src/platform/clock.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { connectRedis, connectWithin } from '../../../src/platform/redis/connection.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import type { GatewayClient } from '../../support/client.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';
import { printWhenFailed } from '../../support/failure-log.js';
import { readEvents } from '../../support/sse.js';
import { startWorld, STARTING_TAKES_MS, type World } from '../../support/world.js';
import { ended } from '../../unit/history/archive/bench.js';
import { TestClock } from '../../unit/support/test-clock.js';

const PLANS = ['erp-dr', 'erp-plan'] as const;
const BODY = { direction: 'TO_RECOVERY' };
const TEST_MS = 180_000;
const GOES_WITHIN_MS = 120_000;
const ALL = '/v1/operations?createdBefore=2100-01-01T00:00:00Z&pageSize=200';

/** Three masters; two API and two worker processes with one folder for the archive. */
describe('the history of a gateway on a Redis Cluster', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'dr-gateway-history-')), 'history');
  const now = new TestClock(Date.now());
  let cluster: RedisCluster;
  let world: World;
  let apis: readonly GatewayClient[];

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    const env = { REDIS_URL: cluster.url, HISTORY_DIR: folder, INVENTORY_REFRESH_MS: '2000' };
    world = await startWorld({ workers: 2, env });
    apis = [world.api, await world.startReplica()];
  }, STARTING_TAKES_MS);
  printWhenFailed(() => world?.logs);
  afterAll(async () => {
    await world?.stop();
    await cluster?.stop();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }, STARTING_TAKES_MS);

  /** As it would be there after so long: four of each site, the oldest of them older than what stays in Redis. */
  async function keepOldOnes(): Promise<Operation[]> {
    const history = ['eu-cloud', 'berlin-dc'].flatMap((siteId) =>
      [200, 90, 75, 10].map((days) =>
        ended(now, days, { siteId, provider: siteId === 'eu-cloud' ? 'sdrs' : 'srm' }),
      ),
    );
    const redis = connectRedis(cluster.url, 'commands', silentLog());
    try {
      await connectWithin(redis, 10_000);
      const store = new RedisOperationStore(redis, new SystemClock());
      for (const one of history) {
        await store.accept(one, null);
        await redis.zrem(operationKeys(shardOf(one.siteId)).open, one.id);
      }
    } finally {
      redis.disconnect();
    }
    return history;
  }

  async function isGone({ id, siteId }: Operation): Promise<boolean> {
    const key = operationKeys(shardOf(siteId)).operation(id);
    const master = await cluster.masterOf(key);
    return master.use(async (redis) => (await redis.exists(key)) === 0);
  }

  async function exported({ url, apiKey }: GatewayClient, format: string): Promise<string> {
    const headers = { authorization: `Bearer ${apiKey}` };
    const response = await fetch(`${url}/v1/operations/export?format=${format}`, { headers });
    expect(response.status).toBe(200);
    return response.text();
  }

  it(
    'is counted once for each site, and every process tells the same',
    async () => {
      for (const name of PLANS) {
        const plan = await eventually(`${name} is known`, () => world.api.planNamed(name));
        const drill = await world.api.succeeded(await world.api.run(plan.id, 'start-drill'), 60_000);
        await world.api.succeeded(await world.api.run(plan.id, 'clean-up-drill'), 60_000);
        for (const api of apis) {
          const told = await eventually('both are counted', async () => {
            const one = await api.read<PlanStatisticsDto>(`/v1/recovery-plans/${plan.id}/statistics`);
            return one.actions.length === 2 ? one : null;
          });
          expect(
            told.actions.map(({ action, count, succeeded }) => [action, count, succeeded]).sort(),
          ).toEqual([
            ['CLEAN_UP_DRILL', 1, 1],
            ['START_DRILL', 1, 1],
          ]);
          const { items } = await api.read<DrillCoverageDto>('/v1/reports/drill-coverage');
          const covered = items.find((one) => one.plan.id === plan.id);
          expect(covered?.lastSuccessfulDrill).toMatchObject({ operationId: drill.id });
        }
      }
      const [one, other] = await Promise.all(
        apis.map((api) => api.read<StatisticsListDto>('/v1/statistics?groupBy=SITE')),
      );
      expect(one?.items).toHaveLength(2);
      expect(other?.items).toEqual(one?.items);
    },
    TEST_MS,
  );

  it(
    'goes to files from every master, and lists, files and single operations are what they were',
    async () => {
      await Promise.all(world.workers.map((worker) => worker.stop()));
      const history = await keepOldOnes();
      const before = await world.api.read<OperationListDto>(ALL);
      const [lines, table] = [await exported(world.api, 'ndjson'), await exported(world.api, 'csv')];
      expect(before.items.map(({ id }) => id)).toEqual(expect.arrayContaining(history.map(({ id }) => id)));
      await Promise.all([world.startWorker(), world.startWorker()]);
      const old = history.filter((_one, i) => i % 4 < 3);
      await eventuallyTrue(
        'the store has let go of the old ones',
        async () => (await Promise.all(old.map(isGone))).every(Boolean),
        GOES_WITHIN_MS,
      );
      expect(await Promise.all(history.filter((one) => !old.includes(one)).map(isGone))).toEqual([
        false,
        false,
      ]);
      expect(readdirSync(folder).length).toBeGreaterThan(0);
      for (const api of apis) {
        expect(await api.read<OperationListDto>(ALL)).toEqual(before);
        expect(await exported(api, 'ndjson')).toBe(lines);
        expect(await exported(api, 'csv')).toBe(table);
        for (const { id } of old)
          expect(await api.read<OperationDto>(`/v1/operations/${id}`)).toEqual(
            before.items.find((one) => one.id === id),
          );
        const stream = await readEvents(api, `/v1/operations/${old[0]?.id ?? ''}/events`);
        await stream.ended;
        expect(stream.events.map(({ event }) => event)).toContain('operation.accepted');
      }
    },
    TEST_MS,
  );

  it(
    'is read page by page over both, in either order, without a gap',
    async () => {
      const [first, second] = apis as [GatewayClient, GatewayClient];
      for (const order of ['createdTime%20desc', 'createdTime%20asc']) {
        const whole = await first.read<OperationListDto>(`/v1/operations?pageSize=200&orderBy=${order}`);
        const seen: string[] = [];
        let query = '';
        for (let page = 0; page < 20; page += 1) {
          const read = await (page % 2 === 0 ? first : second).read<OperationListDto>(
            `/v1/operations?pageSize=3&orderBy=${order}${query}`,
          );
          seen.push(...read.items.map(({ id }) => id));
          if (read.nextPageToken === undefined) break;
          query = `&pageToken=${read.nextPageToken}`;
        }
        expect(seen).toEqual(whole.items.map(({ id }) => id));
      }
    },
    TEST_MS,
  );

  it(
    'begins something new while it is read',
    async () => {
      const plan = await world.api.planNamed('erp-dr');
      const operation = await world.api.run(plan.id, 'failover', BODY);
      await world.api.succeeded(operation, 60_000);
      expect((await exported(world.api, 'ndjson')).split('\n')[0]).toContain(operation.id);
    },
    TEST_MS,
  );
});
