import { Authenticator } from '../../../src/access/authenticator.js';
import { EVERYTHING, type Grant, type Principal } from '../../../src/domain/access/principal.js';
import type { Operation } from '../../../src/domain/operation.js';
import { DrillCoverageService } from '../../../src/history/reports/drill-coverage.service.js';
import { StatisticsStore } from '../../../src/history/statistics/redis-statistics-store.js';
import { StatisticsCounting } from '../../../src/history/statistics/statistics-counting.js';
import { StatisticsService } from '../../../src/history/statistics/statistics.service.js';
import type { DrillsService } from '../../../src/inventory/drills/drills.service.js';
import { InventoryService } from '../../../src/inventory/inventory.service.js';
import { SHARDS, shardOf } from '../../../src/platform/redis/keys.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { endedOperation, ToldHistory } from '../history/ended-work.js';
import { memorySite } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { plan } from '../support/survey.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface, type Told } from './surface.js';

const clock = new TestClock();
const [one, two] = [memorySite(clock), memorySite(clock)];
const [BOOKS, MAIL, GROUP] = ['books', 'mail', 'group'].map((name) => `${one.siteId}.${name}`) as [
  string,
  string,
  string,
];
const WEB = `${two.siteId}.web`;
const viewer = (sites: string[], targets: string[] | '*'): Grant => ({ role: 'viewer', sites, targets });

const ASKERS: Readonly<Record<string, readonly Grant[]>> = {
  everybody: EVERYTHING,
  'site-viewer': [viewer([one.siteId], '*')],
  'books-viewer': [viewer([one.siteId], [BOOKS])],
  'other-viewer': [viewer([two.siteId], '*')],
};

const the = redisForThisFile();
let surface: Surface;
let asked: (string | undefined)[];

/** An ended operation of one of these, so many of which are made. */
const done = (siteId: string, id: string, seconds: number, changes: Partial<Operation> = {}): Operation => {
  const target = { type: 'RECOVERY_PLAN' as const, id, name: id };
  const made = endedOperation(seconds, { siteId, target, ...changes });
  return { ...made, id: made.id.replace('alpha', siteId) };
};

beforeEach(async () => {
  asked = [];
  const history = new ToldHistory(the.redis);
  await history.end(
    done(one.siteId, BOOKS, 10),
    done(one.siteId, BOOKS, 20, { action: 'START_DRILL' }),
    done(one.siteId, GROUP, 30, { target: { type: 'PROTECTION_GROUP', id: GROUP, name: 'Group' } }),
    done(one.siteId, MAIL, 40),
    done(one.siteId, MAIL, 50, { state: 'FAILED', outcome: 'NONE' }),
    done(two.siteId, WEB, 60),
  );
  const counting = new StatisticsCounting(new StatisticsStore(the.redis), history, clock);
  const siteIds = [one.siteId, two.siteId];
  for (const shard of SHARDS)
    await counting.countAnew(
      shard,
      siteIds.filter((siteId) => shardOf(siteId) === shard),
    );
  const plans: Readonly<Record<string, ReturnType<typeof plan>[]>> = {
    [one.siteId]: [plan(BOOKS, { protectionGroupIds: [GROUP] }), plan(MAIL)],
    [two.siteId]: [plan(WEB)],
  };
  const inventory = {
    recoveryPlans: (siteId?: string) => {
      asked.push(siteId);
      const wanted = siteIds.filter((id) => (siteId ?? id) === id);
      return Promise.resolve(
        wanted.map((id) => ({
          value: plans[id],
          source: { siteId: id, provider: 'memory', state: 'FRESH' },
        })),
      );
    },
  } as unknown as InventoryService;
  const registry = new ProviderRegistry([one.provider, two.provider]);
  const statistics = new StatisticsService(new StatisticsStore(the.redis));
  const drills = { ofSites: () => Promise.resolve([]) } as unknown as DrillsService;
  const principalOf = (token: string): Principal | null => {
    const grants = ASKERS[token];
    return grants ? { id: `key:${token}`, kind: 'API_KEY', grants } : null;
  };
  surface = await surfaceOver([one.provider, two.provider], undefined, [
    { provide: Authenticator, useValue: { principalOf, isStillGood: () => Promise.resolve(true) } },
    { provide: InventoryService, useValue: inventory },
    { provide: StatisticsService, useValue: statistics },
    {
      provide: DrillCoverageService,
      useValue: new DrillCoverageService(inventory, drills, statistics, registry, clock),
    },
  ]);
});
afterEach(() => surface.close());

const ask = (asker: string, url: string): Promise<Told> =>
  surface.ask('GET', url, { headers: { authorization: `Bearer ${asker}` } });

describe('statistics', () => {
  interface Item {
    siteId: string;
    targetId: string | null;
    actions: { action: string; count: number }[];
  }
  const told = async (asker: string, query = ''): Promise<[string, number][]> => {
    const { body, status } = await ask(asker, `/v1/statistics${query}`);
    expect(status).toBe(200);
    return (body.items as Item[]).map(({ siteId, targetId, actions }) => [
      targetId ?? siteId,
      actions.reduce((sum, { count }) => sum + count, 0),
    ]);
  };

  it.each<[string, [string, number][]]>([
    [
      'everybody',
      [
        [one.siteId, 5],
        [two.siteId, 1],
      ],
    ],
    ['site-viewer', [[one.siteId, 5]]],
    ['books-viewer', [[one.siteId, 3]]],
    ['other-viewer', [[two.siteId, 1]]],
  ])('of sites count what %s sees', async (asker, expected) => {
    expect((await told(asker)).sort()).toEqual(expected.sort());
  });

  it('of a site that is seen in part are those of what is seen, put together', async () => {
    const { body } = await ask('books-viewer', '/v1/statistics?action=FAILOVER');
    expect(body.items).toMatchObject([
      { siteId: one.siteId, actions: [{ count: 2, succeeded: 2, failed: 0, durationSeconds: { max: 30 } }] },
    ]);
    expect(JSON.stringify(body)).not.toContain(MAIL);
  });

  it('of groups and plans name only what is seen, in pages whose tokens are of who sees the same', async () => {
    expect(await told('books-viewer', '?groupBy=TARGET')).toEqual([
      [BOOKS, 2],
      [GROUP, 1],
    ]);
    const first = await ask('books-viewer', '/v1/statistics?groupBy=TARGET&pageSize=1');
    expect(first.body.items).toMatchObject([{ targetId: BOOKS }]);
    const token = first.body.nextPageToken as string;
    const next = (asker: string) => ask(asker, `/v1/statistics?groupBy=TARGET&pageSize=1&pageToken=${token}`);
    expect((await next('books-viewer')).body.items).toMatchObject([{ targetId: GROUP }]);
    expect(await next('site-viewer')).toMatchObject({ status: 400, body: { code: 'page-token-invalid' } });
  });

  it('of one that is not seen are those of one that nobody knows', async () => {
    const blank = async (asker: string, id: string): Promise<string> => {
      const { status, body } = await ask(asker, `/v1/statistics?targetId=${id}`);
      const { requestId: _id, ...others } = body;
      return `${status} ${JSON.stringify(others)}`.replaceAll(id, 'it');
    };
    expect(await blank('books-viewer', MAIL)).toBe(await blank('books-viewer', `${one.siteId}.nothing`));
    expect(await blank('books-viewer', WEB)).toBe(await blank('books-viewer', 'no-such-site.web'));
    const ofPlan = await ask('books-viewer', `/v1/recovery-plans/${MAIL}/statistics`);
    expect(ofPlan.status).toBe(404);
    expect((await ask('books-viewer', `/v1/recovery-plans/${BOOKS}/statistics`)).status).toBe(200);
  });

  it('of a site that is not seen are refused as those of one that is not there', async () => {
    const refused = async (siteId: string): Promise<string> => {
      const { status, body } = await ask('books-viewer', `/v1/statistics?siteId=${siteId}`);
      return `${status} ${body.detail as string}`.replaceAll(siteId, 'it');
    };
    expect(await refused(two.siteId)).toBe(await refused('no-such-site'));
  });
});

describe('the drill coverage', () => {
  const plansIn = ({ body }: Told): string[] =>
    (body.items as { plan: { id: string } }[]).map(({ plan: { id } }) => id).sort();

  it.each<[string, string[], string[]]>([
    ['everybody', [BOOKS, MAIL, WEB], [one.siteId, two.siteId]],
    ['site-viewer', [BOOKS, MAIL], [one.siteId]],
    ['books-viewer', [BOOKS], [one.siteId]],
    ['other-viewer', [WEB], [two.siteId]],
  ])('has the plans, sites and sums that %s sees', async (asker, plans, sites) => {
    const answer = await ask(asker, '/v1/reports/drill-coverage');
    expect(plansIn(answer)).toEqual([...plans].sort());
    expect(answer.body.summary).toMatchObject({ plans: plans.length });
    const sources = answer.body.sources as { siteId: string }[];
    expect(sources.map(({ siteId }) => siteId).sort()).toEqual([...sites].sort());
  });

  it('asks only of sites that are seen', async () => {
    await ask('other-viewer', '/v1/reports/drill-coverage');
    expect(asked).toEqual([two.siteId]);
  });

  it('goes on in a report only for who sees the same', async () => {
    const first = await ask('site-viewer', '/v1/reports/drill-coverage?pageSize=1');
    const url = `/v1/reports/drill-coverage?pageSize=1&pageToken=${first.body.nextPageToken as string}`;
    expect([...plansIn(first), ...plansIn(await ask('site-viewer', url))].sort()).toEqual([BOOKS, MAIL]);
    expect(await ask('books-viewer', url)).toMatchObject({
      status: 400,
      body: { code: 'page-token-invalid' },
    });
    expect((await ask('everybody', url)).status).toBe(400);
  });
});
