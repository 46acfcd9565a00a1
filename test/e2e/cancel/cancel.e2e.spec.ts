import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { useWorld } from '../../support/world.js';

/** A run takes seconds, so that there is something to cancel. */
const SLOWLY = { durationFactor: 0.05 };

describe('a cancel', () => {
  const world = useWorld();
  beforeEach(() => world().reset({ srm: SLOWLY, sdrs: SLOWLY }));

  async function running(planName: string, action: string, body = {}): Promise<OperationDto> {
    const { api } = world();
    const plan = await api.planNamed(planName);
    const { id } = await api.run(plan.id, action, body);
    return api.inState(id, 'RUNNING');
  }

  const cancel = (id: string) => world().api.ask<OperationDto>('POST', `/v1/operations/${id}/cancel`);

  it.each([
    ['start-drill', {}, 'test', 'DRILL_ACTIVE'],
    ['failover', { direction: 'TO_RECOVERY' }, 'recovery', 'INCOMPLETE'],
    ['planned-failover', { direction: 'TO_RECOVERY' }, 'recovery', 'INCOMPLETE'],
  ])('stops a %s of SRM half way, once, and says so', async (action, body, executed, state) => {
    const { api } = world();
    const { id, links, target } = await running('erp-plan', action, body);
    expect(links.cancel).toBe(`/v1/operations/${id}/cancel`);
    const asked = await cancel(id);
    expect(asked).toMatchObject({ status: 202, body: { state: 'CANCELLING' } });
    expect((await cancel(id)).status).toBe(202);

    const ended = await api.ended(id);
    expect(ended).toMatchObject({ state: 'CANCELLED', outcome: 'PARTIAL', cancel: { requestedBy: 'admin' } });
    expect(ended.links.cancel).toBeUndefined();
    expect(await api.plan(target.id ?? '')).toMatchObject({ state });
    expect((await world().srm.executions()).map((execution) => execution.action)).toEqual([
      executed,
      'cancel',
    ]);
  });

  it('leaves a state from which the action can be taken up again', async () => {
    const { api } = world();
    const { id, target } = await running('erp-plan', 'failover', { direction: 'TO_RECOVERY' });
    await cancel(id);
    await api.ended(id);
    const again = await api.run(target.id ?? '', 'failover', { direction: 'TO_RECOVERY' });
    await api.succeeded(again);
  });

  it('of one run is not taken for the end of another, should the appliance number its tasks anew', async () => {
    const { api, srm } = world();
    await srm.control('POST', '/reset', { settings: SLOWLY });
    const { id } = await running('erp-plan', 'start-drill');
    await cancel(id);
    expect(await api.ended(id)).toMatchObject({ state: 'CANCELLED' });
    await srm.control('POST', '/reset', { settings: SLOWLY });
    await api.succeeded(await running('erp-plan', 'start-drill'));
  });

  it.each([
    ['what SDRS has begun', 'erp-dr', 'failover', { direction: 'TO_RECOVERY' }],
    ['a reprotection of SRM', 'erp-plan', 'reprotect', {}],
  ])('is refused for %s, which goes on', async (_what, planName, action, body) => {
    const { api, srm } = world();
    if (action === 'reprotect') {
      await srm.settings({ durationFactor: 0.01 });
      const plan = await api.planNamed(planName);
      await api.succeeded(await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' }));
      await srm.settings(SLOWLY);
    }
    const operation = await running(planName, action, body);
    expect(operation.links.cancel).toBeUndefined();
    const { status, body: refusal } = await api.refused('POST', `/v1/operations/${operation.id}/cancel`);
    expect({ status, code: refusal.code }).toEqual({ status: 409, code: 'cancel-not-supported' });
    await api.succeeded(operation);
  });

  it('is refused when all is over, and told of what never was', async () => {
    const { api, srm } = world();
    await srm.settings({ durationFactor: 0.01 });
    const plan = await api.planNamed('erp-plan');
    const { id } = await api.succeeded(await api.run(plan.id, 'start-drill'));
    const { status, body } = await api.refused('POST', `/v1/operations/${id}/cancel`);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'cancel-not-supported' });
    const nothing = await api.refused(
      'POST',
      '/v1/operations/berlin-dc.01930000-0000-7000-8000-000000000000/cancel',
    );
    expect(nothing.status).toBe(404);
  });
});
