import type {
  AllowedActionsDto,
  OperationDto,
  PreflightReportDto,
} from '../../../src/api/dto/operation.dto.js';
import { useWorld } from '../../support/world.js';

/** So that an operation still runs when the next request comes. */
const SLOWLY = { durationFactor: 0.025 };

describe('a group that an operation holds', () => {
  const world = useWorld();
  beforeEach(() => world().reset({ sdrs: SLOWLY, srm: SLOWLY }));

  const failover = { direction: 'TO_RECOVERY' };

  async function running(planName: string): Promise<OperationDto> {
    const { api } = world();
    const plan = await api.planNamed(planName);
    const { id } = await api.run(plan.id, 'failover', failover);
    return api.inState(id, 'RUNNING');
  }

  it.each([
    ['the same plan of SDRS', 'erp-dr', 'recovery-plans/erp-dr/actions/start-drill'],
    ['the same group of SDRS', 'erp-dr', 'protection-groups/erp-dr/actions/disable-protection'],
    ['the same plan of SRM', 'erp-plan', 'recovery-plans/erp-plan/actions/failover'],
    ['a plan that shares a group with it', 'campus-plan', 'recovery-plans/web-plan/actions/failover'],
    ['a group of the plan', 'campus-plan', 'protection-groups/mail/actions/disable-protection'],
  ])('is not touched by another request: %s', async (_what, holderName, wanted) => {
    const { api } = world();
    const { items: groups } = await api.read<{ items: { id: string; name: string }[] }>(
      '/v1/protection-groups',
    );
    const { items: plans } = await api.read<{ items: { id: string; name: string }[] }>('/v1/recovery-plans');
    const [collection = '', name = '', ...rest] = wanted.split('/');
    const target = (collection === 'recovery-plans' ? plans : groups).find((item) => item.name === name);
    const holder = await running(holderName);

    const path = `/v1/${collection}/${target?.id}/${rest.join('/')}`;
    const body = wanted.endsWith('/failover') ? failover : {};
    const { status, headers, body: problem } = await api.refused('POST', path, { body });
    expect({ status, code: problem.code, retryable: problem.retryable }).toEqual({
      status: 409,
      code: 'operation-in-progress',
      retryable: true,
    });
    expect(problem.detail).toContain(holder.id);
    expect(problem.nextActions).toMatchObject([{ method: 'GET', href: `/v1/operations/${holder.id}` }]);
    expect(headers.get('link')).toBe(`</v1/operations/${holder.id}>; rel="blocking-operation"`);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);

    const preflight = await api.ask<PreflightReportDto>('POST', path, {
      body: { ...body, validateOnly: true },
    });
    expect(preflight).toMatchObject({ status: 200, body: { allowed: false } });
    expect(preflight.body.blocking.map(({ code }) => code)).toContain('operation-in-progress');
    await api.succeeded(holder);
    for (const site of ['sdrs', 'srm'] as const)
      expect(await world().simulator(site).executions()).toHaveLength(
        site === (holder.provider as 'sdrs') ? 1 : 0,
      );
  });

  it('keeps the failed tasks that tell what became of it', async () => {
    const { api } = world();
    const holder = await running('erp-dr');
    const { items } = await api.read<{ items: { id: string; name: string }[] }>('/v1/protection-groups');
    const idOf = (name: string) => items.find((group) => group.name === name)?.id ?? '';
    const clear = (name: string) =>
      api.ask<{ code?: string; allowed?: boolean }>(
        'DELETE',
        `/v1/sites/eu-cloud/failed-tasks?protectionGroupId=${idOf(name)}`,
      );
    const { status, headers, body } = await clear('erp-dr');
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'operation-in-progress' });
    expect(headers.get('link')).toBe(`</v1/operations/${holder.id}>; rel="blocking-operation"`);
    const other = items.find(({ id, name }) => id.startsWith('eu-cloud.') && name !== 'erp-dr');
    expect((await clear(other?.name ?? '')).status).toBe(202);
    await api.succeeded(holder);
    expect((await clear('erp-dr')).status).toBe(202);
  });

  it('shows its holder among the allowed actions, and is free after the verdict', async () => {
    const { api } = world();
    const holder = await running('campus-plan');
    const neighbour = await api.planNamed('web-plan');
    const actions = `/v1/recovery-plans/${neighbour.id}/actions`;
    const during = await api.read<AllowedActionsDto>(actions);
    for (const { allowed, blocking } of during.items) {
      expect(allowed).toBe(false);
      expect(blocking.map(({ text }) => text).join()).toContain(holder.id);
    }
    await api.succeeded(holder);
    const after = await api.read<AllowedActionsDto>(actions);
    expect(after.items.flatMap(({ blocking }) => blocking).map(({ code }) => code)).not.toContain(
      'operation-in-progress',
    );
  });

  it('does not keep a neighbour waiting that shares nothing with it', async () => {
    const { api } = world();
    const [one, other] = [await running('erp-plan'), await running('web-plan')];
    await Promise.all([api.succeeded(one), api.succeeded(other)]);
  });
});
