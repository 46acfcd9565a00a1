import type { ProtectionGroupListDto, SiteListDto } from '../../../src/api/dto/inventory.dto.js';
import { eventually } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

const SITE_IDS = { sdrs: 'eu-cloud', srm: 'berlin-dc' } as const;
const PLANS = { sdrs: 'erp-dr', srm: 'erp-plan' } as const;
const OTHER = { sdrs: 'srm', srm: 'sdrs' } as const;
const SITES = ['sdrs', 'srm'] as const;

/** Within this a list answers, whatever the sites do. */
const A_FEW_SECONDS_MS = 25_000;

describe('a site that is down', () => {
  const world = useWorld({ sites: ['sdrs'] });

  async function groups(): Promise<
    Record<string, ProtectionGroupListDto['sources'][number] & { count: number }>
  > {
    const startedAt = performance.now();
    const { items, sources } = await world().api.read<ProtectionGroupListDto>('/v1/protection-groups', {
      'cache-control': 'no-cache',
    });
    expect(performance.now() - startedAt).toBeLessThan(A_FEW_SECONDS_MS);
    return Object.fromEntries(
      sources.map((source) => [
        source.siteId,
        { ...source, count: items.filter(({ siteId }) => siteId === source.siteId).length },
      ]),
    );
  }

  it('from the beginning keeps nothing from starting, and is UNAVAILABLE until it comes', async () => {
    const before = await groups();
    expect(before['berlin-dc']).toMatchObject({ state: 'UNAVAILABLE', count: 0, ageSeconds: null });
    expect(before['berlin-dc']?.error).toMatchObject({ code: 'upstream-unavailable' });
    expect(before['eu-cloud']).toMatchObject({ state: 'FRESH', count: 4, error: null });
    const { items } = await world().api.read<SiteListDto>('/v1/sites');
    expect(items.map(({ id, connection }) => [id, connection.state])).toEqual([
      ['eu-cloud', 'CONNECTED'],
      ['berlin-dc', 'DISCONNECTED'],
    ]);

    await world().srm.start();
    const after = await eventually('the site is FRESH', async () => {
      const all = await groups();
      return all['berlin-dc']?.state === 'FRESH' ? all : null;
    });
    expect(after['berlin-dc']).toMatchObject({ count: 4, error: null });
  });

  it.each(SITES)('later hides nothing: %s is STALE with what was known, the other FRESH', async (site) => {
    const [id, other] = [SITE_IDS[site], SITE_IDS[OTHER[site]]];
    const known = await eventually('both are FRESH', async () => {
      const all = await groups();
      return Object.values(all).every(({ state }) => state === 'FRESH') ? all : null;
    });
    await world().simulator(site).stop();
    const without = await groups();
    expect(without[id]).toMatchObject({ state: 'STALE', count: known[id]?.count });
    expect(without[id]?.error).toMatchObject({ code: 'upstream-unavailable', upstream: { site: id } });
    expect(without[other]).toMatchObject({ state: 'FRESH', error: null });

    await world().simulator(site).start();
    const again = await groups();
    expect(again[id]).toMatchObject({ state: 'FRESH', error: null });
  });

  it.each(SITES)('does not end an operation: on %s it is RUNNING until the site is back', async (site) => {
    const { api } = world();
    const upstream = world().simulator(site);
    const plan = await api.planNamed(PLANS[site]);
    await upstream.settings({ durationFactor: 0.05 });
    const { id } = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    await api.inState(id, 'RUNNING');
    await upstream.stop();

    const refused = await api.refused('GET', `/v1/recovery-plans/${plan.id}`);
    expect(refused).toMatchObject({ status: 503, body: { code: 'upstream-unavailable', retryable: true } });
    const other = await api.planNamed(site === 'sdrs' ? 'web-plan' : 'mail-dr');
    expect(other.siteId).toBe(SITE_IDS[OTHER[site]]);
    expect(await api.operation(id)).toMatchObject({ state: 'RUNNING', done: false, error: null });

    await upstream.start();
    expect(await api.ended(id)).toMatchObject({ state: 'SUCCEEDED', outcome: 'FULL' });
    expect(await upstream.executions()).toHaveLength(1);
  });

  it.each(SITES)('takes no new request for %s, and says that it may be asked again', async (site) => {
    const { api } = world();
    const plan = await api.planNamed(PLANS[site]);
    await world().simulator(site).stop();
    const path = `/v1/recovery-plans/${plan.id}/actions/reprotect`;
    const { status, body } = await api.refused('POST', path, { body: {} });
    expect({ status, code: body.code, retryable: body.retryable }).toEqual({
      status: 503,
      code: 'upstream-unavailable',
      retryable: true,
    });
    await world().simulator(site).start();
  });
});
