import type { DrillCoverageDto, OperationReportDto, TimelineDto } from '../../../src/api/dto/reports.dto.js';
import type { PlanStatisticsDto, StatisticsListDto } from '../../../src/api/dto/statistics.dto.js';
import { sitesFile } from '../../../sandbox/sites-file.js';
import { eventually } from '../../support/eventually.js';
import { settledReset } from '../../support/settled-reset.js';
import type { SiteKind } from '../../support/simulators.js';
import { useWorld } from '../../support/world.js';

const PLANS: Readonly<Record<SiteKind, string>> = { sdrs: 'erp-dr', srm: 'erp-plan' };
const SITES = ['sdrs', 'srm'] as const;
const REASON = '=HYPERLINK("http://x") <script>alert(1)</script>';

describe('reports', () => {
  const world = useWorld({
    workers: 2,
    env: { INVENTORY_REFRESH_MS: '300' },
    sitesFile: (ports) =>
      sitesFile(ports).replaceAll(
        /( {4}provider: (?:sdrs|srm)\n)/g,
        '$1    objectives: { rtoSeconds: 3600, drillEveryDays: 30 }\n',
      ),
  });
  beforeEach(() => settledReset(world()));

  const statistics = (planId: string) =>
    world().api.read<PlanStatisticsDto>(`/v1/recovery-plans/${planId}/statistics`);
  const coverage = (query = '') => world().api.read<DrillCoverageDto>(`/v1/reports/drill-coverage${query}`);

  it.each(SITES)('count a failover of %s once, with where its time went', async (kind) => {
    const { api } = world();
    const { id } = await api.planNamed(PLANS[kind]);
    const done = await api.succeeded(
      await api.run(id, 'planned-failover', { direction: 'TO_RECOVERY', reason: REASON }),
    );
    expect(done.timings.detectMs).not.toBeNull();
    const counted = await eventually('it is counted', async () => {
      const told = await statistics(id);
      return told.lastFailover ? told : null;
    });
    expect(counted.lastFailover).toMatchObject({ operationId: done.id, requestedBy: done.requestedBy });
    expect(counted.objectives).toMatchObject({
      rtoSeconds: 3600,
      rtoState: 'MET',
      drillState: 'NOT_MEASURED',
    });
    const [action] = counted.actions.filter((one) => one.action === 'PLANNED_FAILOVER');
    expect(action).toMatchObject({ count: 1, succeeded: 1, successRate: 1 });
    const last = action?.recoveryTimeActualSeconds?.last ?? 0;
    const parts = Object.values({ ...action?.recoveryTimeActualSeconds?.breakdown });
    expect(last).toBeCloseTo((done.timings.totalMs ?? 0) / 1000, 2);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(last, 1);
    const { items } = await api.read<StatisticsListDto>(`/v1/statistics?groupBy=TARGET&targetId=${id}`);
    expect(items[0]?.actions).toEqual(counted.actions);
  });

  it.each(SITES)('tell of a drill of %s who rehearsed what when, and what is overdue', async (kind) => {
    const { api } = world();
    const plan = await api.planNamed(PLANS[kind]);
    const ofPlan = async () => (await coverage()).items.find((one) => one.plan.id === plan.id);
    expect(await ofPlan()).toMatchObject({ coverage: 'NEVER', lastDrill: null });
    const start = await api.succeeded(await api.run(plan.id, 'start-drill', { reason: REASON }));
    const covered = await eventually('the drill is counted', async () => {
      const one = await ofPlan();
      return one?.coverage === 'CURRENT' && one.standingDrillId !== null ? one : null;
    });
    expect(covered).toMatchObject({
      lastSuccessfulDrill: { operationId: start.id, requestedBy: start.requestedBy },
      rehearsedRtoState: 'MET',
      drillCount: 1,
    });
    const cleanUp = await api.succeeded(await api.run(plan.id, 'clean-up-drill'));
    const report = await api.read<OperationReportDto>(`/v1/operations/${start.id}/report`);
    expect(report).toMatchObject({
      operation: { id: start.id },
      counterpart: { id: cleanUp.id },
      rtoState: 'MET',
    });
    const back = await api.read<OperationReportDto>(`/v1/operations/${cleanUp.id}/report`);
    expect(back.counterpart?.id).toBe(start.id);
  });

  it('tell every event of an operation, and the same as a file and as a page', async () => {
    const { api } = world();
    const { id } = await api.planNamed('erp-dr');
    const done = await api.succeeded(await api.run(id, 'start-drill', { reason: REASON }));
    const { items } = await api.read<TimelineDto>(`/v1/operations/${done.id}/timeline`);
    expect(items.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: done.version }, (_, i) => i + 1),
    );
    expect(items[0]).toMatchObject({ type: 'operation.accepted', elapsedSeconds: 0 });
    expect(items.at(-1)).toMatchObject({ type: 'operation.succeeded', state: 'SUCCEEDED' });

    const csv = await api.ask<string>('GET', `/v1/operations/${done.id}/report?format=csv`);
    expect(csv.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(csv.body).toContain(`"'=HYPERLINK(""http://x"")`);
    const page = await api.ask<string>('GET', `/v1/operations/${done.id}/report?format=html`);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.body).toMatch(/^<!doctype html>/);
    expect(page.body).not.toContain('<script');
    for (const format of ['csv', 'html']) {
      const { status, body } = await api.ask<string>('GET', `/v1/reports/drill-coverage?format=${format}`);
      expect(status).toBe(200);
      expect(body).toContain('erp-plan');
    }
  });

  it('count on when the workers are killed, and nothing twice', async () => {
    const { api } = world();
    const { id } = await api.planNamed('erp-dr');
    const drills = async () =>
      (await statistics(id)).actions.find(({ action }) => action === 'START_DRILL')?.count ?? 0;
    await api.succeeded(await api.run(id, 'start-drill'));
    await eventually('it is counted', async () => ((await drills()) === 1 ? true : null));
    await world().killWorkers();
    await world().startWorker();
    await api.succeeded(await api.run(id, 'clean-up-drill'));
    await api.succeeded(await api.run(id, 'start-drill'));
    await eventually('the second is counted', async () => ((await drills()) === 2 ? true : null));
    const { uncountedSiteIds, sources } = await coverage();
    expect(uncountedSiteIds).toEqual([]);
    expect(sources.map(({ state }) => state)).toEqual(['FRESH', 'FRESH']);
  });

  it('refuse what they do not take', async () => {
    const { api } = world();
    expect((await api.refused('GET', '/v1/reports/drill-coverage?format=pdf')).status).toBe(400);
    expect((await api.refused('GET', '/v1/reports/drill-coverage?coverage=SOMETIMES')).status).toBe(400);
    const nobody = 'eu-cloud.01900000-0000-7000-8000-000000000001';
    expect((await api.refused('GET', `/v1/operations/${nobody}/report`)).status).toBe(404);
    expect((await api.refused('GET', `/v1/operations/${nobody}/timeline`)).status).toBe(404);
  });
});
