import type { SiteDto } from '../../../src/api/dto/inventory.dto.js';
import type { OperationDto, OperationListDto } from '../../../src/api/dto/operation.dto.js';
import { eventually } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';
import type { World } from '../../support/world.js';

/** More than one part of the history holds. */
const RUNS = 130;
const SITE = 'berlin-dc';
/** A worker that is killed in the middle of a look keeps the turn at its site for 90 seconds. */
const TAKEN_UP_WITHIN_MS = 120_000;

interface Past {
  lastNumber: number;
  history: { planName: string; startedAt: number; endedAt: number; username: string }[];
}

describe('a site that is connected for the first time', () => {
  const world = useWorld({
    env: { INVENTORY_REFRESH_MS: '300', HISTORY_DIR: 'none', HISTORY_RETENTION_DAYS: '400' },
  });

  /** A gateway that has seen nothing yet, and a site with a past. */
  async function firstConnected(workers = 1): Promise<void> {
    const { srm } = world();
    await world().killWorkers();
    await world().reset({ srm: { pastRuns: RUNS } });
    expect((await srm.state<Past>()).history).toHaveLength(RUNS);
    await Promise.all(Array.from({ length: workers }, () => world().startWorker()));
  }

  const site = (id = SITE): Promise<SiteDto> => world().api.read<SiteDto>(`/v1/sites/${id}`);

  const finished = (): Promise<SiteDto> =>
    eventually(
      'its past is taken over',
      async () => {
        const told = await site();
        return told.pastOperations?.state === 'IMPORTED' ? told : null;
      },
      TAKEN_UP_WITHIN_MS,
    );

  it('tells its past as operations that have ended, each at its time', async () => {
    await firstConnected();
    const { pastOperations, capabilities } = await finished();
    const { history } = await world().srm.state<Past>();
    expect(capabilities.pastOperations).toBe(true);
    expect(pastOperations).toMatchObject({
      importedCount: RUNS,
      leftOutCount: 0,
      oldestTime: new Date(Math.min(...history.map(({ startedAt }) => startedAt))).toISOString(),
      trouble: null,
    });

    const operations = await allOf(world(), `origin=EXTERNAL&siteId=${SITE}&orderBy=createdTime%20asc`);
    expect(operations.map(({ createdTime, endedTime }) => [createdTime, endedTime])).toEqual(
      history.map(({ startedAt, endedAt }) => [
        new Date(startedAt).toISOString(),
        new Date(endedAt).toISOString(),
      ]),
    );
    expect(operations.map(({ target }) => target.name)).toEqual(history.map(({ planName }) => planName));
    expect(operations.map(({ requestedBy }) => requestedBy)).toEqual(history.map((run) => run.username));
    expect(operations.every(({ done }) => done)).toBe(true);
    const plan = await world().api.planNamed('erp-plan');
    const ofPlan = await allOf(world(), `targetId=${plan.id}`);
    expect(ofPlan).toHaveLength(history.filter(({ planName }) => planName === 'erp-plan').length);
    const retired = operations.filter(({ target }) => target.name === 'retired-plan');
    expect(retired.length).toBeGreaterThan(0);
    expect(retired.every(({ target }) => target.id === null)).toBe(true);

    const one = await world().api.read<OperationDto>(`/v1/operations/${operations[0]?.id ?? ''}`);
    expect(one).toMatchObject({ origin: 'EXTERNAL', version: 1, done: true });
    expect((await site('eu-cloud')).pastOperations).toMatchObject({ state: 'NOT_OFFERED', importedCount: 0 });
  });

  it('leaves every plan free to be acted upon, whose run is told once', async () => {
    await firstConnected();
    const { api } = world();
    const plan = await eventually('the plan is known', () => api.planNamed('erp-plan').catch(() => null));
    const { id } = await api.run(plan.id, 'start-drill');
    await eventually('the drill stands', async () => {
      const { state } = await api.read<OperationDto>(`/v1/operations/${id}`);
      return state === 'SUCCEEDED' ? state : null;
    });
    await finished();
    const { history } = await world().srm.state<Past>();
    const ofPlan = await allOf(world(), `targetId=${plan.id}`);
    expect(ofPlan).toHaveLength(history.filter(({ planName }) => planName === 'erp-plan').length);
    expect(ofPlan.filter(({ origin }) => origin === 'GATEWAY').map((one) => one.id)).toEqual([id]);
  });

  it(
    'tells each run once to workers that are killed in the middle, and to several at once',
    async () => {
      await firstConnected(2);
      await eventually('a part is taken over', async () => {
        const importedCount = (await site()).pastOperations?.importedCount ?? 0;
        return importedCount > 0 ? importedCount : null;
      });
      await world().killWorkers();
      await Promise.all([world().startWorker(), world().startWorker()]);
      expect((await finished()).pastOperations?.importedCount).toBe(RUNS);
      const operations = await allOf(world(), `siteId=${SITE}`);
      expect(operations).toHaveLength(RUNS);
      expect(new Set(operations.map(({ createdTime }) => createdTime)).size).toBe(RUNS);
    },
    TAKEN_UP_WITHIN_MS + 60_000,
  );
});

async function allOf({ api }: World, query: string): Promise<OperationDto[]> {
  const items: OperationDto[] = [];
  for (let token = ''; ;) {
    const page = await api.read<OperationListDto>(`/v1/operations?${query}&pageSize=50${token}`);
    items.push(...page.items);
    if (!page.nextPageToken) return items;
    token = `&pageToken=${encodeURIComponent(page.nextPageToken)}`;
  }
}
