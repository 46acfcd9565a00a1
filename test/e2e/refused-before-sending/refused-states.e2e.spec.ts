import type { AllowedActionsDto, PreflightReportDto } from '../../../src/api/dto/operation.dto.js';
import { useWorld } from '../../support/world.js';

const PLAN_ACTIONS = {
  PLANNED_FAILOVER: 'planned-failover',
  FAILOVER: 'failover',
  REPROTECT: 'reprotect',
  START_DRILL: 'start-drill',
  CLEAN_UP_DRILL: 'clean-up-drill',
} as const;

describe('an action that the target’s state does not allow', () => {
  const world = useWorld();
  beforeEach(() => world().reset());

  /** Nothing that asks for a change has reached either upstream. */
  async function nothingWasSent(): Promise<void> {
    expect([...(await world().sdrs.changes()), ...(await world().srm.changes())]).toEqual([]);
  }

  it.each([
    ['erp-dr', 'reprotect', {}, /FAILED_OVER \(failed-over\)/],
    ['erp-dr', 'clean-up-drill', {}, /no drill/],
    ['shop-dr', 'failover', { direction: 'TO_RECOVERY' }, /PROTECTED \(protected\)/],
    ['shop-dr', 'planned-failover', { direction: 'TO_RECOVERY' }, /PROTECTED \(protected\)/],
    ['mail-dr', 'planned-failover', { direction: 'TO_PRODUCTION' }, /PROTECTED \(protected\)/],
    ['erp-plan', 'reprotect', {}, /\(RECOVERY_COMPLETE\)/],
    ['erp-plan', 'clean-up-drill', {}, /\(TEST_COMPLETE\)/],
    ['empty-plan', 'failover', { direction: 'TO_RECOVERY' }, /\(READY_STATE\)/],
  ])('is refused before anything is sent: %s %s', async (name, action, body, needed) => {
    const { api } = world();
    const plan = await api.planNamed(name);
    const path = `/v1/recovery-plans/${plan.id}/actions/${action}`;
    const { status, body: refusal } = await api.refused('POST', path, { body });
    expect({ status, code: refusal.code }).toEqual({ status: 409, code: 'action-not-allowed' });
    expect(refusal.detail).toMatch(needed);
    expect(refusal.blocking?.[0]).toMatchObject({ remedy: expect.any(String) as string });
    await nothingWasSent();
  });

  it.each([
    ['mail-dr', 'enable-protection'],
    ['erp-dr', 'enable-protection'],
    ['shop-dr', 'disable-protection'],
    ['lab-empty', 'enable-protection'],
    ['erp', 'enable-protection'],
  ])('is refused on groups too: %s %s', async (name, action) => {
    const { api } = world();
    const { id } = await api.groupNamed(name);
    const path = `/v1/protection-groups/${id}/actions/${action}`;
    const { status, body } = await api.refused('POST', path, { body: {} });
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'action-not-allowed' });
    await nothingWasSent();
  });

  it.each([
    ['erp-dr', 'failover', 'TO_PRODUCTION'],
    ['erp-dr', 'planned-failover', 'TO_PRODUCTION'],
    ['erp-plan', 'failover', 'TO_PRODUCTION'],
  ])('cannot fail back by mistake: %s %s %s', async (name, action, direction) => {
    const { api } = world();
    const plan = await api.planNamed(name);
    const path = `/v1/recovery-plans/${plan.id}/actions/${action}`;
    const { status, body } = await api.refused('POST', path, { body: { direction } });
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'wrong-direction' });
    expect(body.detail).toContain('PRODUCTION');
    await nothingWasSent();
  });

  it('is not repeated by a late retry of the request that has already moved it', async () => {
    const { api } = world();
    const plan = await api.planNamed('erp-dr');
    await api.succeeded(await api.run(plan.id, 'planned-failover', { direction: 'TO_RECOVERY' }));
    const path = `/v1/recovery-plans/${plan.id}/actions/planned-failover`;
    const { body } = await api.refused('POST', path, { body: { direction: 'TO_RECOVERY' } });
    expect(body.code).toBe('wrong-direction');
    expect(await world().sdrs.executions()).toHaveLength(1);
  });

  it.each(['erp-dr', 'shop-dr', 'mail-dr', 'lab-empty', 'erp-plan', 'archive-plan', 'empty-plan'])(
    'is shown beforehand: what GET actions says of %s is what the guard does',
    async (name) => {
      const { api } = world();
      const plan = await api.planNamed(name);
      const { items } = await api.read<AllowedActionsDto>(`/v1/recovery-plans/${plan.id}/actions`);
      const runs = items.filter(({ action }) => action in PLAN_ACTIONS);
      expect(runs.map(({ action }) => action)).toEqual(Object.keys(PLAN_ACTIONS));
      for (const shown of runs) {
        const path = PLAN_ACTIONS[shown.action as keyof typeof PLAN_ACTIONS];
        const directed = shown.action === 'FAILOVER' || shown.action === 'PLANNED_FAILOVER';
        const body = {
          validateOnly: true,
          ...(directed ? { direction: shown.direction ?? 'TO_RECOVERY' } : {}),
        };
        const answer = await api.ask<PreflightReportDto>(
          'POST',
          `/v1/recovery-plans/${plan.id}/actions/${path}`,
          {
            body,
          },
        );
        expect({ status: answer.status, action: shown.action, allowed: answer.body.allowed }).toEqual({
          status: 200,
          action: shown.action,
          allowed: shown.allowed,
        });
        expect(answer.body.blocking).toEqual(expect.arrayContaining(shown.blocking));
        expect(answer.body.wouldSubmit.length > 0 || !shown.allowed).toBe(true);
        if (shown.allowed) continue;
        const { validateOnly: _, ...real } = body;
        const refused = await api.refused('POST', `/v1/recovery-plans/${plan.id}/actions/${path}`, {
          body: real,
        });
        expect(refused.body.blocking).toEqual(expect.arrayContaining(shown.blocking));
      }
      await nothingWasSent();
      expect((await api.read<{ items: unknown[] }>('/v1/operations')).items).toEqual([]);
    },
  );

  it('can be found out for group changes too, with nothing sent', async () => {
    const { api } = world();
    const { domains, sourceVpcIds } = await api.read<{ domains: { id: string }[]; sourceVpcIds: string[] }>(
      '/v1/sites/eu-cloud/creation-options',
    );
    const zones = { sourceAvailabilityZone: 'eu-de-01', targetAvailabilityZone: 'eu-de-02' };
    const group = { siteId: 'eu-cloud', ...zones, sourceVpcId: sourceVpcIds[0], validateOnly: true };
    const good = await api.ask<PreflightReportDto>('POST', '/v1/protection-groups', {
      body: { ...group, name: 'new-dr', domainId: domains[0]?.id },
      key: null,
    });
    expect(good).toMatchObject({ status: 200, body: { validateOnly: true, allowed: true, blocking: [] } });
    expect(good.body.wouldSubmit).toMatchObject([
      { method: 'POST', body: { server_group: { name: 'new-dr' } } },
    ]);

    const shop = await api.planNamed('shop-dr');
    const path = `/v1/protection-groups/${shop.id}`;
    const removed = await api.ask<PreflightReportDto>('DELETE', `${path}?validateOnly=true`, { key: null });
    expect(removed).toMatchObject({ status: 200, body: { allowed: false } });
    expect(removed.body.blocking.map(({ code }) => code)).toContain('group-has-instances');
    const renamed = await api.ask<PreflightReportDto>('PATCH', path, {
      body: { name: 'shop-2', validateOnly: true },
      key: null,
    });
    expect(renamed).toMatchObject({ status: 200, body: { allowed: true } });
    await nothingWasSent();
  });
});
