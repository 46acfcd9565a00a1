import type {
  DrillListDto,
  ProtectionGroupDto,
  RecoveryPlanDto,
} from '../../../src/api/dto/inventory.dto.js';
import type { OperationDto, OperationListDto } from '../../../src/api/dto/operation.dto.js';
import { eventually } from '../../support/eventually.js';
import { untilLookedAt } from '../../support/looked-at.js';
import { settledReset } from '../../support/settled-reset.js';
import type { SiteKind } from '../../support/simulators.js';
import { useWorld } from '../../support/world.js';

const SITES = ['sdrs', 'srm'] as const;
const SITE_IDS = { sdrs: 'eu-cloud', srm: 'berlin-dc' } as const;
const MORE = { sdrs: { moreGroups: 12 }, srm: { morePlans: 12 } } as const;

const SOON_MS = 60_000;
const ENDED_MS = 60_000;

/** Long enough to be asked about while it goes on. */
const UNHURRIED = { sdrs: { durationFactor: 0.1 }, srm: { durationFactor: 0.15 } } as const;
const USUAL = { durationFactor: 0.02 };
/** Before it comes to its prompt: a plan that waits does not say what for. */
const SEEN_AT_WORK = { durationFactor: 0.3 };

/** Every test has a plan of its own: `plan-0003` with the group `group-0003`; at SDRS both are one. */
interface Subject {
  plan: RecoveryPlanDto;
  planName: string;
  groupName: string;
}

describe('what somebody begins at the console of a site', () => {
  const world = useWorld({ env: { INVENTORY_REFRESH_MS: '300' } });
  let used = 0;

  /** The worker has looked at both sites as they stand before anything happens there. */
  beforeAll(async () => {
    await settledReset(world(), MORE);
    for (const siteId of Object.values(SITE_IDS)) await untilLookedAt(world(), siteId);
  }, 120_000);

  const subject = async (kind: SiteKind): Promise<Subject> => {
    const number = `000${(used += 1)}`.slice(-4);
    const planName = kind === 'sdrs' ? `group-${number}` : `plan-${number}`;
    return { plan: await world().api.planNamed(planName), planName, groupName: `group-${number}` };
  };

  /** What somebody does at the vendor's console; only SRM says who it was. */
  const failOver = (kind: SiteKind, { planName }: Subject): Promise<string> =>
    world()
      .simulator(kind)
      .console(
        kind === 'sdrs'
          ? { group: planName, action: 'failover' }
          : { plan: planName, action: 'recovery', username: 'ops@vsphere.local' },
      );

  const external = async ({ plan }: Subject): Promise<OperationDto[]> =>
    (await world().api.read<OperationListDto>(`/v1/operations?origin=EXTERNAL&targetId=${plan.id}`)).items;

  const seen = (what: Subject): Promise<OperationDto> =>
    eventually('it is in the history', async () => (await external(what))[0] ?? null, SOON_MS);

  it.each(SITES)('at %s is in the history while it goes on, and holds its group', async (kind) => {
    const { api } = world();
    await world().simulator(kind).settings(UNHURRIED[kind]);
    const theirs = await subject(kind);
    const { plan, planName, groupName } = theirs;
    await failOver(kind, theirs);

    const operation = await seen(theirs);
    expect(operation).toMatchObject({ origin: 'EXTERNAL', siteId: SITE_IDS[kind], done: false });
    expect(operation.target).toMatchObject({ id: plan.id, name: planName });
    expect(operation.action).toMatch(kind === 'srm' ? /FAILOVER$/ : /^FAILOVER$/);

    const path = `/v1/recovery-plans/${plan.id}/actions/failover`;
    const refused = await api.refused('POST', path, { body: { direction: 'TO_RECOVERY' } });
    expect(refused).toMatchObject({ status: 409, body: { code: 'operation-in-progress' } });
    expect(refused.body.detail).toMatch(/outside the gateway/);
    expect(JSON.stringify(refused.body.nextActions)).toContain(operation.id);
    const { items } = await api.read<{ items: ProtectionGroupDto[] }>(
      `/v1/protection-groups?q=${groupName}&siteId=${SITE_IDS[kind]}`,
    );
    expect(items.map(({ activeOperationId }) => activeOperationId)).toEqual([operation.id]);

    const ended = await api.ended(operation.id, ENDED_MS);
    expect(ended).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL', error: null });
    await api.succeeded(await api.run(plan.id, 'reprotect'));
    expect(await external(theirs)).toHaveLength(1);
  });

  it.each(SITES)('at %s and is over before anybody looks is told once, as ended', async (kind) => {
    const theirs = await subject(kind);
    const jobId = await failOver(kind, theirs);
    const upstream = world().simulator(kind);
    if (kind === 'sdrs') await upstream.control('POST', `/jobs/${jobId}/finish`, {});
    else await upstream.control('POST', `/plans/${theirs.planName}/finish`);

    const { id } = await seen(theirs);
    expect(await world().api.ended(id, ENDED_MS)).toMatchObject({ origin: 'EXTERNAL', state: 'SUCCEEDED' });
    expect(await external(theirs)).toHaveLength(1);
  });

  it.each(SITES)('at %s is not what we begin there ourselves, however often we look', async (kind) => {
    const { api } = world();
    await world().simulator(kind).settings(USUAL);
    const ours = await subject(kind);
    await api.succeeded(await api.run(ours.plan.id, 'failover', { direction: 'TO_RECOVERY' }));
    await api.succeeded(await api.run(ours.plan.id, 'reprotect'));
    const looks = (await world().simulator(kind).requests()).length;
    await eventually('it was looked at again', async () => {
      const now = (await world().simulator(kind).requests()).length;
      return now > looks + 6 || null;
    });
    expect(await external(ours)).toEqual([]);
  });

  it('and fails there, is told as failed', async () => {
    await world().sdrs.settings(UNHURRIED.sdrs);
    const theirs = await subject('sdrs');
    await world().sdrs.control('POST', '/fail-next', { action: 'failover' });
    await failOver('sdrs', theirs);
    const { id } = await seen(theirs);
    expect(await world().api.ended(id, ENDED_MS)).toMatchObject({ state: 'FAILED' });
  });

  it('and waits for a person, can be answered here', async () => {
    const { api } = world();
    await world().srm.settings(SEEN_AT_WORK);
    const theirs = await subject('srm');
    const { planName } = theirs;
    await world().srm.control('POST', `/plans/${planName}/prompts`, { action: 'test', text: 'Go on?' });
    await world().srm.console({ plan: planName, action: 'test', username: 'ops@vsphere.local' });
    const { id } = await seen(theirs);
    const waits = ({ state }: OperationDto): boolean => state === 'WAITING_FOR_INPUT';
    const waiting = await api.operationWhen(id, 'it waits for a person', waits, SOON_MS);
    expect(waiting.prompts).toMatchObject([{ text: expect.stringContaining('Go on?') as string }]);
    await world().srm.settings(USUAL);
    const body = { promptId: waiting.prompts[0]?.id, answer: 'CONTINUE' };
    expect((await api.ask('POST', `/v1/operations/${id}/input`, { body })).status).toBe(202);
    expect(await api.ended(id, ENDED_MS)).toMatchObject({ action: 'START_DRILL', state: 'SUCCEEDED' });
  });

  it('can be cancelled here where the site can', async () => {
    const { api } = world();
    await world().srm.settings(SEEN_AT_WORK);
    const theirs = await subject('srm');
    await world().srm.console({ plan: theirs.planName, action: 'test' });
    const { id } = await seen(theirs);
    const answer = await api.ask('POST', `/v1/operations/${id}/cancel`, { body: {} });
    expect([200, 202]).toContain(answer.status);
    expect((await api.ended(id, ENDED_MS)).state).toBe('CANCELLED');
  });

  it('as a drill, is a drill of ours too', async () => {
    const { api } = world();
    await world().sdrs.settings(USUAL);
    const theirs = await subject('sdrs');
    const order = { group: theirs.planName, action: 'create-drill', drillName: 'their-drill' };
    await world().sdrs.console(order);
    const { id } = await eventually('it is in the history', async () => {
      const path = '/v1/operations?origin=EXTERNAL&action=START_DRILL&siteId=eu-cloud';
      return (await api.read<OperationListDto>(path)).items[0] ?? null;
    });
    expect(await api.ended(id, ENDED_MS)).toMatchObject({ action: 'START_DRILL', state: 'SUCCEEDED' });
    const { items } = await eventually('the drill is listed', async () => {
      const drills = await api.read<DrillListDto>('/v1/drills?siteId=eu-cloud');
      return drills.items.some(({ state }) => state === 'ACTIVE') ? drills : null;
    });
    expect(items).toMatchObject([{ name: 'their-drill', recoveryPlanId: theirs.plan.id, operationId: id }]);
  });
});
