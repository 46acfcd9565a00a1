import type { RecoveryPlan } from '../../../src/domain/inventory.js';
import { DrillCoverageService } from '../../../src/history/reports/drill-coverage.service.js';
import { StatisticsStore } from '../../../src/history/statistics/redis-statistics-store.js';
import { StatisticsCounting } from '../../../src/history/statistics/statistics-counting.js';
import { StatisticsService } from '../../../src/history/statistics/statistics.service.js';
import type { DrillsService } from '../../../src/inventory/drills/drills.service.js';
import type { InventoryService } from '../../../src/inventory/inventory.service.js';
import { shardOf } from '../../../src/platform/redis/keys.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { endedOperation, ToldHistory } from '../history/ended-work.js';
import { memorySite } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { plan } from '../support/survey.js';
import { TestClock } from '../support/test-clock.js';
import { surfaceOver, type Surface } from './surface.js';

const clock = new TestClock();
const { siteId, provider } = memorySite(clock);

describe('the drill coverage, page by page', () => {
  const the = redisForThisFile();
  const history = () => new ToldHistory(the.redis);
  let plans: RecoveryPlan[];
  let surface: Surface;
  let reads: { heads: number; surveys: number };

  beforeEach(async () => {
    reads = { heads: 0, surveys: 0 };
    plans = Array.from({ length: 9 }, (_, i) => plan(`${siteId}.plan-${i}`, { siteId }));
    const inventory = {
      recoveryPlans: () => {
        reads.surveys += 1;
        return Promise.resolve([{ value: plans, source: { siteId, provider: 'memory', state: 'FRESH' } }]);
      },
    };
    const store = new StatisticsStore(the.redis);
    const head = store.head.bind(store);
    store.head = (shard) => {
      reads.heads += 1;
      return head(shard);
    };
    const coverage = new DrillCoverageService(
      inventory as unknown as InventoryService,
      { ofSites: () => Promise.resolve([]) } as unknown as DrillsService,
      new StatisticsService(store),
      new ProviderRegistry([provider]),
      clock,
    );
    surface = await surfaceOver([provider], undefined, [
      { provide: DrillCoverageService, useValue: coverage },
    ]);
  });
  afterEach(() => surface.close());

  async function rehearse(...numbers: number[]): Promise<void> {
    const told = history();
    const drills = numbers.map((number) => {
      const id = `${siteId}.plan-${number}`;
      const target = { type: 'RECOVERY_PLAN' as const, id, name: id };
      return endedOperation(60, { siteId, action: 'START_DRILL', target });
    });
    await told.end(...drills);
    await new StatisticsCounting(new StatisticsStore(the.redis), told, clock).countAnew(shardOf(siteId), [
      siteId,
    ]);
  }

  async function page(token?: string): Promise<{ ids: string[]; next: string | undefined }> {
    const query = token === undefined ? '' : `&pageToken=${token}`;
    const { status, body } = await surface.ask('GET', `/v1/reports/drill-coverage?pageSize=4${query}`);
    expect(status).toBe(200);
    const items = body.items as { plan: { id: string } }[];
    return { ids: items.map((one) => one.plan.id.slice(-1)), next: body.nextPageToken as string | undefined };
  }

  it('tells every plan once, the worst first, from one reading of all', async () => {
    await rehearse(0, 4);
    const first = await page();
    const second = await page(first.next);
    const third = await page(second.next);
    expect([first.ids, second.ids, third.ids]).toEqual([['1', '2', '3', '5'], ['6', '7', '8', '0'], ['4']]);
    expect(third.next).toBeUndefined();
    expect(reads.surveys).toBe(1);
    // One for all plans of the site, one for whether everything is counted.
    expect(reads.heads).toBe(2);
  });

  it('goes on behind the last plan where it is read anew: at another process, or later', async () => {
    const first = await page();
    clock.advance(60_000);
    plans.unshift(plan(`${siteId}.plan--`, { siteId }));
    const second = await page(first.next);
    expect([first.ids, second.ids]).toEqual([
      ['0', '1', '2', '3'],
      ['4', '5', '6', '7'],
    ]);
    expect(reads.surveys).toBe(2);
  });

  it('is read anew by whoever begins again', async () => {
    expect((await page()).ids).toEqual(['0', '1', '2', '3']);
    await rehearse(0, 1, 2, 3);
    expect((await page()).ids).toEqual(['4', '5', '6', '7']);
  });

  it('goes on in the report that it began in, also when somebody else has begun another one', async () => {
    await rehearse(0, 1, 2, 3, 4);
    const first = await page();
    expect(first.ids).toEqual(['5', '6', '7', '8']);
    clock.advance(1_000);
    await rehearse(5, 6, 7, 8);
    const other = await page();
    const second = await page(first.next);
    expect([...first.ids, ...second.ids].sort()).toEqual(['0', '1', '2', '3', '5', '6', '7', '8']);
    expect(reads.surveys).toBe(2);
    expect(other.ids).not.toEqual(first.ids);
  });

  it('refuses a token of another list', async () => {
    const { next } = await page();
    const path = `/v1/reports/drill-coverage?pageSize=4&coverage=NEVER&pageToken=${String(next)}`;
    expect(await surface.ask('GET', path)).toMatchObject({
      status: 400,
      body: { code: 'page-token-invalid' },
    });
  });
});
