import type { SitesDrillListDto } from '../../../src/api/dto/drills.dto.js';
import type { FindingListDto } from '../../../src/api/dto/findings.dto.js';
import type { DrillDto, DrillListDto } from '../../../src/api/dto/inventory.dto.js';
import { eventually } from '../../support/eventually.js';
import type { SiteKind } from '../../support/simulators.js';
import { untilLookedAt } from '../../support/looked-at.js';
import { settledReset } from '../../support/settled-reset.js';
import { useWorld } from '../../support/world.js';

const PLANS: Readonly<Record<SiteKind, string>> = { sdrs: 'erp-dr', srm: 'erp-plan' };
const SITES = ['sdrs', 'srm'] as const;

const HOUR_MS = 3_600_000;
const inHours = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString();

describe('drills', () => {
  const world = useWorld({ env: { INVENTORY_REFRESH_MS: '300', INSPECTION_MS: '300' } });
  beforeEach(() => settledReset(world()));

  const list = async (query = ''): Promise<DrillDto[]> =>
    (await world().api.read<SitesDrillListDto>(`/v1/drills${query}`)).items;
  const listed = (query: string): Promise<DrillDto> =>
    eventually(`a drill ${query} is listed`, async () => (await list(query))[0] ?? null);
  const ended = (id: string): Promise<DrillDto> =>
    eventually(`the drill ${id} has ended`, async () => {
      const drill = await world().api.read<DrillDto>(`/v1/drills/${id}`);
      return drill.state === 'ENDED' ? drill : null;
    });
  const findings = async (type: string) =>
    (await world().api.read<FindingListDto>(`/v1/findings?type=${type}`)).items;
  const told = (type: string) => eventually(`${type} is told`, async () => (await findings(type))[0] ?? null);
  const silent = (type: string) =>
    eventually(`${type} is not told`, async () => (await findings(type)).length === 0 || null);

  it.each(SITES)('of %s have an operation, an owner and a due time, everywhere the same', async (kind) => {
    const { api } = world();
    const plan = await api.planNamed(PLANS[kind]);
    const dueTime = inHours(5);
    const operation = await api.succeeded(await api.run(plan.id, 'start-drill', { dueTime }));
    const begun = {
      recoveryPlanId: plan.id,
      state: 'ACTIVE',
      operationId: operation.id,
      startedBy: operation.requestedBy,
      dueTime,
      overdue: false,
      endedTime: null,
      leftovers: [],
    };
    const one = await listed(`?recoveryPlanId=${plan.id}`);
    expect(one).toMatchObject(begun);
    expect(await api.read(`/v1/drills/${one.id}`)).toEqual(one);
    const ofPlan = await api.read<DrillListDto>(`/v1/recovery-plans/${plan.id}/drills`);
    expect(ofPlan.items).toMatchObject([{ ...begun, id: one.id }]);
    expect(await api.read(`/v1/recovery-plans/${plan.id}/drills/${one.id}`)).toMatchObject(begun);
    expect(await list('?overdue=true')).toEqual([]);
  });

  it.each(SITES)('of %s are called to mind, become overdue, and can be given more time', async (kind) => {
    const { api } = world();
    const plan = await api.planNamed(PLANS[kind]);
    await api.succeeded(await api.run(plan.id, 'start-drill', { dueTime: inHours(1) }));
    expect(await told('DRILL_DUE_SOON')).toMatchObject({ severity: 'INFO' });
    const { id } = await listed('');

    const move = (hours: number) =>
      api.ask<DrillDto>('PATCH', `/v1/drills/${id}`, { body: { dueTime: inHours(hours) } });
    expect((await move(-1)).body).toMatchObject({
      overdue: true,
      dueTimeSetBy: expect.any(String) as string,
    });
    // A test of SRM holds its plan until it is cleaned up; a drill of SDRS leaves its group alone.
    expect(await told('DRILL_OVERDUE')).toMatchObject({
      severity: kind === 'srm' ? 'CRITICAL' : 'WARNING',
      target: { type: 'DRILL', id, href: `/v1/drills/${id}` },
    });
    await silent('DRILL_DUE_SOON');
    expect(await list('?overdue=true')).toMatchObject([{ id }]);

    expect((await move(9)).body).toMatchObject({ overdue: false });
    await silent('DRILL_OVERDUE');
  });

  it.each(SITES)('of %s stay told after their clean-up, until the next one', async (kind) => {
    const { api } = world();
    const plan = await api.planNamed(PLANS[kind]);
    await api.succeeded(await api.run(plan.id, 'start-drill'));
    const { id } = await listed('');
    const cleanUp = await api.succeeded(await api.run(plan.id, 'clean-up-drill'));
    expect(await ended(id)).toMatchObject({
      state: 'ENDED',
      endedBy: cleanUp.requestedBy,
      cleanUpOperationId: cleanUp.id,
    });
    await eventually('no drill stands', async () => (await list()).length === 0 || null);
    const { items } = await api.read<DrillListDto>(`/v1/recovery-plans/${plan.id}/drills`);
    expect(items).toEqual([]);
    expect((await api.ask('PATCH', `/v1/drills/${id}`, { body: { dueTime: inHours(1) } })).status).toBe(404);

    const next = await api.succeeded(await api.run(plan.id, 'start-drill'));
    expect(await listed('')).toMatchObject({ operationId: next.id, endedTime: null, dueTimeSetBy: null });
    await eventually(
      'the old one is forgotten',
      async () => (await list('?state=ENDED')).length === 0 || null,
    );
  });

  it('of SDRS leave a network behind, which is told until the next one', async () => {
    const { api } = world();
    const plan = await api.planNamed('erp-dr');
    const wish = { drillName: 'quarterly', dueTime: inHours(1) };
    await api.succeeded(await api.run(plan.id, 'start-drill', wish));
    const { id, upstream } = await listed(`?state=ACTIVE&recoveryPlanId=${plan.id}`);
    await told('DRILL_DUE_SOON');
    await api.succeeded(await api.run(plan.id, 'clean-up-drill'));
    const { leftovers } = await ended(id);
    expect(leftovers).toMatchObject([
      { text: expect.stringContaining(String(upstream.drillVpcId)) as string },
    ]);
    expect(await told('DRILL_LEFTOVERS')).toMatchObject({ severity: 'INFO' });
  });

  const ORDERS = {
    sdrs: { group: 'erp-dr', action: 'create-drill', drillName: 'their-drill' },
    srm: { plan: 'erp-plan', action: 'test', username: 'ops@vsphere.local' },
  } as const;

  it.each(SITES)('that somebody begins at the console of %s have the operation of it', async (kind) => {
    const { api } = world();
    const plan = await api.planNamed(PLANS[kind]);
    await untilLookedAt(world(), plan.siteId);
    await world().simulator(kind).console(ORDERS[kind]);
    const drill = await eventually('its operation is known', async () => {
      const [one] = await list(`?recoveryPlanId=${plan.id}`);
      return one && one.operationId !== null ? one : null;
    });
    const operation = await api.operation(drill.operationId ?? '');
    expect(operation).toMatchObject({ origin: 'EXTERNAL', action: 'START_DRILL' });
    expect(drill.startedBy).toBe(operation.requestedBy);
  });

  it('and their due times outlive the worker', async () => {
    const { api } = world();
    const plan = await api.planNamed('erp-plan');
    await api.succeeded(await api.run(plan.id, 'start-drill'));
    const { id } = await listed('');
    const dueTime = inHours(30);
    await api.ask('PATCH', `/v1/drills/${id}`, { body: { dueTime } });
    const before = await list();
    await world().killWorkers();
    await world().startWorker();
    await untilLookedAt(world(), plan.siteId);
    expect(await list()).toEqual(before);
    expect(before).toMatchObject([{ dueTime }]);
  });

  it('refuse a filter that is none, and an id that names none', async () => {
    const { api } = world();
    for (const query of ['state=GONE', 'overdue=maybe', 'colour=red', 'siteId=nowhere']) {
      const { status, body } = await api.refused('GET', `/v1/drills?${query}`);
      expect({ query, status, code: body.code }).toEqual({ query, status: 400, code: 'invalid-request' });
    }
    expect((await api.refused('GET', '/v1/drills/eu-cloud.nothing')).status).toBe(404);
  });
});
