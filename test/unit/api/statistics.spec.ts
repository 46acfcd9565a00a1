import { ProviderRegistry } from '../../../src/providers/registry.js';
import { InventoryService } from '../../../src/inventory/inventory.service.js';
import { StatisticsStore } from '../../../src/history/statistics/redis-statistics-store.js';
import { StatisticsCounting } from '../../../src/history/statistics/statistics-counting.js';
import { StatisticsService } from '../../../src/history/statistics/statistics.service.js';
import { SHARDS, shardOf } from '../../../src/platform/redis/keys.js';
import { memorySite } from '../support/memory-site.js';
import { at } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { plan } from '../support/survey.js';
import { TestClock } from '../support/test-clock.js';
import { endedOperation, ToldHistory } from '../history/ended-work.js';
import { surfaceOver, type Surface } from './surface.js';

const clock = new TestClock();
const [one, two] = [memorySite(clock), memorySite(clock)];
const PLAN = `${one.siteId}.books`;
const LAST_MONTH = at(-20 * 86_400);
const plans = [plan(PLAN, { name: 'Books' }), plan(`${one.siteId}.mail`, { name: 'Mail' })];

describe('statistics', () => {
  const the = redisForThisFile();
  let surface: Surface;
  let history: ToldHistory;

  const registry = new ProviderRegistry(
    [one.provider, two.provider],
    new Map([
      [
        one.siteId,
        { rtoSeconds: 100, rpoSeconds: 60, drillEveryDays: 7, plans: [{ plan: 'Mail', rtoSeconds: 5 }] },
      ],
    ]),
  );
  const source = { siteId: one.siteId, provider: 'memory', state: 'FRESH' };
  const inventory = { recoveryPlans: () => Promise.resolve([{ value: plans, source }]) };

  beforeAll(async () => {
    surface = await surfaceOver([one.provider, two.provider], undefined, [
      { provide: StatisticsService, useFactory: () => new StatisticsService(new StatisticsStore(the.redis)) },
      { provide: ProviderRegistry, useValue: registry },
      { provide: InventoryService, useValue: inventory },
    ]);
  });
  afterAll(() => surface.close());

  const done = (seconds: number, changes: Parameters<typeof endedOperation>[1] = {}) => {
    const { siteId = one.siteId } = changes ?? {};
    const made = endedOperation(seconds, {
      siteId,
      target: { type: 'RECOVERY_PLAN', id: PLAN, name: 'Books' },
      ...changes,
    });
    return { ...made, id: made.id.replace('alpha', siteId) };
  };

  beforeEach(async () => {
    history = new ToldHistory(the.redis);
    await history.end(
      done(80),
      done(120, { createdTime: LAST_MONTH, startedTime: null, endedTime: at(-20 * 86_400 + 120), calls: [] }),
      done(10, { state: 'FAILED', outcome: 'NONE' }),
      done(30, { action: 'START_DRILL', requestedBy: 'grace' }),
      done(5, {
        action: 'SET_INSTANCE_TAGS',
        target: {
          type: 'PROTECTED_INSTANCE',
          id: `${one.siteId}.app`,
          name: 'app',
          within: { type: 'PROTECTION_GROUP', id: PLAN },
        },
      }),
      done(9, {
        siteId: two.siteId,
        target: { type: 'RECOVERY_PLAN', id: `${two.siteId}.web`, name: 'Web' },
      }),
    );
    const counting = new StatisticsCounting(new StatisticsStore(the.redis), history, clock);
    for (const shard of SHARDS) {
      await counting.countAnew(
        shard,
        [one.siteId, two.siteId].filter((siteId) => shardOf(siteId) === shard),
      );
    }
  });

  const items = async (query: string) => {
    const { status, body } = await surface.ask('GET', `/v1/statistics${query}`);
    expect(status).toBe(200);
    return body.items as { siteId: string; targetId: string | null; actions: { action: string }[] }[];
  };

  it('are told per site, with counts, rate and durations', async () => {
    const [ofOne] = await items(`?siteId=${one.siteId}&action=FAILOVER`);
    expect(ofOne).toMatchObject({
      provider: 'memory',
      targetId: null,
      actions: [
        {
          action: 'FAILOVER',
          count: 3,
          succeeded: 2,
          failed: 1,
          successRate: 0.6667,
          durationSeconds: { mean: 100, max: 120 },
          recoveryTimeActualSeconds: { last: 80, breakdown: { queueSeconds: 0.5, submitSeconds: 0.5 } },
          last: { state: 'FAILED' },
          lastSucceeded: { durationSeconds: 80 },
        },
      ],
    });
    expect((await items('')).map(({ siteId }) => siteId)).toEqual([one.siteId, two.siteId].sort());
  });

  it('are told of the months that are asked for', async () => {
    const [all] = await items(`?siteId=${one.siteId}&from=2029-12&until=2029-12`);
    expect(all?.actions).toMatchObject([{ action: 'FAILOVER', count: 1 }]);
    expect((await items(`?siteId=${one.siteId}&from=2030-02`))[0]?.actions).toEqual([]);
  });

  it('are told per group and plan in pages, the parts among them', async () => {
    const seen: (string | null)[] = [];
    for (let token = ''; ;) {
      const { body } = await surface.ask('GET', `/v1/statistics?groupBy=TARGET&pageSize=1${token}`);
      seen.push(...(body.items as { targetId: string }[]).map(({ targetId }) => targetId));
      if (body.nextPageToken === undefined) break;
      token = `&pageToken=${body.nextPageToken as string}`;
    }
    expect(seen).toEqual([PLAN, `${two.siteId}.web`].sort());
    const [books] = await items(`?targetId=${PLAN}`);
    expect(books).toMatchObject({ targetName: 'Books', targetId: PLAN });
    expect(books?.actions.map(({ action }) => action)).toEqual([
      'FAILOVER',
      'START_DRILL',
      'SET_INSTANCE_TAGS',
    ]);
  });

  it('of a plan hold what was measured against what was promised', async () => {
    const { status, body } = await surface.ask('GET', `/v1/recovery-plans/${PLAN}/statistics`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'Books',
      counted: true,
      lastDrill: { requestedBy: 'grace', state: 'SUCCEEDED' },
      lastFailover: { state: 'FAILED' },
      objectives: {
        rtoSeconds: 100,
        rtoState: 'NOT_MEASURED',
        rpoSeconds: 60,
        drillState: 'MET',
        nextDrillDueTime: at(7 * 86_400),
      },
    });
  });

  it('of a plan find a promised recovery time missed by a failover that failed, whatever went well before', async () => {
    const late = (changes: Parameters<typeof endedOperation>[1] = {}) =>
      done(101, { createdTime: at(3_600), startedTime: null, endedTime: at(3_701), calls: [], ...changes });
    await history.end(
      late({ state: 'FAILED', outcome: 'NONE' }),
      late({ state: 'REJECTED', outcome: 'NONE', createdTime: at(3_660) }),
    );
    await new StatisticsCounting(new StatisticsStore(the.redis), history, clock).countAnew(
      shardOf(one.siteId),
      [one.siteId],
    );
    const { body } = await surface.ask('GET', `/v1/recovery-plans/${PLAN}/statistics`);
    expect(body).toMatchObject({
      lastFailover: { state: 'FAILED', createdTime: at(3_600) },
      objectives: { rtoState: 'MISSED' },
    });
  });

  it('of a plan that nothing was done to are empty; of one that is none, a 404', async () => {
    const { body } = await surface.ask('GET', `/v1/recovery-plans/${one.siteId}.mail/statistics`);
    expect(body).toMatchObject({
      actions: [],
      lastDrill: null,
      objectives: { rtoSeconds: 5, rtoState: 'NOT_MEASURED', drillState: 'NOT_MEASURED' },
    });
    expect((await surface.ask('GET', `/v1/recovery-plans/${one.siteId}.none/statistics`)).status).toBe(404);
    expect((await surface.ask('GET', '/v1/recovery-plans/nowhere.none/statistics')).status).toBe(404);
  });

  it('say which sites are not counted yet', async () => {
    await the.redis.flushall();
    const { body } = await surface.ask('GET', '/v1/statistics');
    expect(body.uncountedSiteIds).toEqual([one.siteId, two.siteId].sort());
  });

  it.each([
    ['from=2030', 'from'],
    ['until=2030-13', 'until'],
    ['from=2030-01-01T00:00:00Z', 'from'],
    ['action=DANCE', 'action'],
    ['siteId=nowhere', 'siteId'],
    ['groupBy=colour', 'groupBy'],
    ['colour=red', 'colour'],
    ['pageToken=x', 'pageToken'],
    ['pageToken=x&groupBy=TARGET', 'pageToken'],
  ])('refuse %s by name', async (query, parameter) => {
    const { status, body } = await surface.ask('GET', `/v1/statistics?${query}`);
    expect(status).toBe(400);
    expect(JSON.stringify(body.errors)).toContain(parameter);
  });
});
