import type { OperationDto } from '../../../src/api/dto/operation.dto.js';
import { useWorld } from '../../support/world.js';

/** API and worker are two processes, and each has a session of its own. */
const PROCESSES = 2;
const SLOWLY = { durationFactor: 0.025 };

describe('a token or session that dies', () => {
  const world = useWorld();
  beforeEach(() => world().reset({ sdrs: SLOWLY, srm: SLOWLY }));

  const deaths = {
    'the token of SDRS': { site: 'sdrs', plan: 'erp-dr', die: ['POST', '/expire-tokens'] },
    'the session of SRM': { site: 'srm', plan: 'erp-plan', die: ['DELETE', '/sessions'] },
    'the remote session of SRM': { site: 'srm', plan: 'erp-plan', die: ['DELETE', '/remote-sessions'] },
  } as const;
  const cases = Object.entries(deaths).map(([what, death]) => ({ what, ...death }));

  async function logIns(site: 'sdrs' | 'srm'): Promise<number> {
    const requests = await world().simulator(site).requests('?method=POST');
    return requests.filter(({ path }) => /\/v3\/auth\/tokens$|\/v2\/session$/.test(path)).length;
  }

  async function failOver(name: string): Promise<OperationDto> {
    const plan = await world().api.planNamed(name);
    return world().api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
  }

  it.each(cases)(
    '$what: an operation in flight does not notice',
    async ({ site, plan, die: [method, path] }) => {
      const { api } = world();
      const upstream = world().simulator(site);
      const operation = await failOver(plan);
      await api.inState(operation.id, 'RUNNING');
      const before = await logIns(site);
      await upstream.control(method, path);
      await api.succeeded(operation);
      expect(await upstream.executions()).toHaveLength(1);
      expect((await logIns(site)) - before).toBeLessThanOrEqual(PROCESSES);
    },
  );

  it.each(cases)(
    '$what: the next submission logs in again and succeeds',
    async ({ site, plan, die: [method, path] }) => {
      const { api } = world();
      const upstream = world().simulator(site);
      await upstream.settings({ durationFactor: 0.01 });
      await api.succeeded(await failOver(plan));
      const before = await logIns(site);
      await upstream.control(method, path);
      const target = await api.planNamed(plan);
      await api.succeeded(await api.run(target.id, 'reprotect'));
      expect(await upstream.executions()).toHaveLength(2);
      expect((await logIns(site)) - before).toBeLessThanOrEqual(PROCESSES);
    },
  );

  it.each(['sdrs', 'srm'] as const)(
    'makes one caller at a time log in to %s, however many are waiting',
    async (site) => {
      const { api } = world();
      const upstream = world().simulator(site);
      const death = deaths[site === 'sdrs' ? 'the token of SDRS' : 'the session of SRM'];
      const plan = await api.planNamed(death.plan);
      await upstream.control(death.die[0], death.die[1]);
      const before = await logIns(site);
      const read = (): Promise<{ id: string }> =>
        api.read(`/v1/recovery-plans/${plan.id}`, { 'cache-control': 'no-cache' });
      const reads = await Promise.all(Array.from({ length: 12 }, read));
      expect(new Set(reads.map(({ id }) => id))).toEqual(new Set([plan.id]));
      const after = (await logIns(site)) - before;
      expect(after).toBeGreaterThanOrEqual(1);
      // The worker looks at the sites by itself.
      expect(after).toBeLessThanOrEqual(PROCESSES);
    },
  );

  it('is told as what it is when the password is wrong, and hides no other site', async () => {
    const { api, srm } = world();
    const accounts = {
      a: [{ username: 'administrator@vsphere.local', password: 'changed' }],
      b: [{ username: 'administrator@remote.local', password: 'changed' }],
    };
    await srm.settings({ accounts });
    await srm.control('DELETE', '/sessions');
    const { items, sources } = await api.read<{ items: { siteId: string }[]; sources: object[] }>(
      '/v1/protection-groups',
      { 'cache-control': 'no-cache' },
    );
    expect(sources).toMatchObject([
      { siteId: 'eu-cloud', state: 'FRESH', error: null },
      { siteId: 'berlin-dc', state: 'UNAVAILABLE', error: { upstream: { status: 401 } } },
    ]);
    expect(JSON.stringify(sources)).not.toMatch(/demo-password|changed/);
    expect(new Set(items.map(({ siteId }) => siteId))).toEqual(new Set(['eu-cloud']));
  });
});
