import type { ProtectionGroupListDto, RecoveryPlanListDto } from '../../../src/api/dto/inventory.dto.js';
import { eventually } from '../../support/eventually.js';
import { settledReset } from '../../support/settled-reset.js';
import { useWorld } from '../../support/world.js';

const SITES = ['sdrs', 'srm'] as const;
const WEATHERS = { 'hang for ever': 'hanging-lists', 'break every connection': 'unreachable' } as const;

describe('lists while both sites', () => {
  const world = useWorld({ env: { INVENTORY_REFRESH_MS: '500' } });

  const struck = (): Promise<boolean> =>
    eventually('both sites were asked and did not answer', async () => {
      const all = await Promise.all(SITES.map((site) => world().simulator(site).requests()));
      return all.every((requests) => requests.some(({ fault }) => fault !== null)) || null;
    });

  const known = async (): Promise<ProtectionGroupListDto> => {
    await settledReset(world());
    return eventually('both sites are known', async () => {
      const answer = await world().api.read<ProtectionGroupListDto>('/v1/protection-groups');
      return answer.sources.every(({ state }) => state === 'FRESH') ? answer : null;
    });
  };

  it.each(Object.keys(WEATHERS) as (keyof typeof WEATHERS)[])(
    '%s: answered at once from what is known, with its age',
    async (weather) => {
      const { api } = world();
      const before = await known();
      for (const site of SITES) await world().simulator(site).preset(WEATHERS[weather]);
      await struck();

      const [groups, plans, sorted] = await Promise.all([
        api.read<ProtectionGroupListDto>('/v1/protection-groups'),
        api.read<RecoveryPlanListDto>('/v1/recovery-plans?state=PROTECTED'),
        api.read<ProtectionGroupListDto>('/v1/protection-groups?orderBy=name%20desc&q=erp'),
      ]);
      expect(groups.items).toEqual(before.items);
      expect(plans.items.length).toBeGreaterThan(0);
      expect(sorted.items.map(({ name }) => name)).toEqual(['erp-dr', 'erp']);
      for (const { ageSeconds } of [...groups.sources, ...plans.sources])
        expect(ageSeconds).toEqual(expect.any(Number));

      const stale = await eventually('both are told to be stale', async () => {
        const { sources, items } = await api.read<ProtectionGroupListDto>('/v1/protection-groups');
        return sources.every(({ state, error }) => state === 'STALE' && error !== null) ? items : null;
      });
      expect(stale).toEqual(before.items);
      for (const site of SITES) await world().simulator(site).calm();
    },
  );

  it('answer late: nobody waits for them but who insists, and the next list has what they said', async () => {
    const { api } = world();
    await known();
    for (const site of SITES) await world().simulator(site).preset('slow-lists', { ms: 300 });
    await struck();
    await world().sdrs.control('PATCH', `/groups/${await erp()}`, { name: 'erp-renamed' });
    const insisted = await api.read<ProtectionGroupListDto>('/v1/protection-groups', {
      'cache-control': 'no-cache',
    });
    expect(insisted.items.map(({ name }) => name)).toContain('erp-renamed');
    for (const site of SITES) await world().simulator(site).calm();
  });

  it('are silent: one is left in peace by those who read, asked by those who act, and read again when it speaks', async () => {
    const { api } = world();
    await known();
    const plan = await api.planNamed('erp-dr');
    const { siteId } = plan;
    const path = `/v1/protection-groups/${await groupOf(siteId)}`;
    const breaker = async (): Promise<string | undefined> => {
      const { sources } = await api.read<ProtectionGroupListDto>('/v1/protection-groups');
      return sources.find((source) => source.siteId === siteId)?.breaker;
    };
    const insisted = { headers: { 'cache-control': 'no-cache' } };
    await world().simulator('sdrs').preset(WEATHERS['break every connection']);
    const refused = await eventually('it is asked no more', async () => {
      const answer = await api.refused('GET', path, insisted);
      return answer.body.detail.includes('it is not asked') ? answer : null;
    });
    expect(refused).toMatchObject({ status: 503, body: { code: 'upstream-unavailable', retryable: true } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await breaker()).not.toBe('CLOSED');
    const { sources } = await api.read<ProtectionGroupListDto>('/v1/protection-groups');
    expect(sources.filter((source) => source.siteId !== siteId)).toMatchObject([{ breaker: 'CLOSED' }]);

    await world().simulator('sdrs').calm();
    const { id } = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    await eventually('it is read again', async () => {
      await api.ask('GET', path, insisted);
      return (await breaker()) === 'CLOSED' || null;
    });
    await api.succeeded(await api.read(`/v1/operations/${id}`));
  });

  const groupOf = async (siteId: string): Promise<string> => {
    const { items } = await world().api.read<ProtectionGroupListDto>('/v1/protection-groups');
    return items.find((group) => group.siteId === siteId)?.id ?? '';
  };

  const erp = async (): Promise<string> => {
    const { groups } = await world().sdrs.state<{ groups: { id: string; name: string }[] }>();
    return groups.find(({ name }) => name === 'erp-dr')?.id ?? '';
  };
});
