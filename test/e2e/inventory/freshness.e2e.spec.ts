import type {
  ProtectionGroupDto,
  ProtectionGroupListDto,
  RecoveryPlanListDto,
  SiteListDto,
} from '../../../src/api/dto/inventory.dto.js';
import { eventually } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

const SITES = ['sdrs', 'srm'] as const;
const PLANS = { sdrs: 'erp-dr', srm: 'erp-plan' } as const;
const GROUPS = { sdrs: 'erp-dr', srm: 'erp' } as const;
const SITE_IDS = { sdrs: 'eu-cloud', srm: 'berlin-dc' } as const;
const NO_CACHE = { 'cache-control': 'no-cache' };

describe('how fresh an answer is', () => {
  const world = useWorld({ env: { INVENTORY_REFRESH_MS: '6000' } });
  beforeEach(() => world().reset());

  const groups = (query = ''): Promise<ProtectionGroupListDto> =>
    world().api.read<ProtectionGroupListDto>(`/v1/protection-groups${query}`);
  const groupNamed = (name: string): Promise<ProtectionGroupDto> => world().api.groupNamed(name);
  const asked = async (kind: 'sdrs' | 'srm') => (await world().simulator(kind).requests()).length;

  it('lists ask no site, however often they are asked for', async () => {
    const { api } = world();
    await groups();
    const before = await Promise.all(SITES.map(asked));
    for (let i = 0; i < 100; i += 1) {
      await groups('?orderBy=state%20desc');
      await api.read<RecoveryPlanListDto>('/v1/recovery-plans');
      await api.read<SiteListDto>('/v1/sites');
    }
    // Three hundred lists; what the worker asks meanwhile is a few.
    const after = await Promise.all(SITES.map(asked));
    for (const [i, count] of after.entries()) expect(count - (before[i] ?? 0)).toBeLessThan(30);
  });

  it.each(SITES)('a list of %s that is read after an operation’s end shows it', async (kind) => {
    const { api } = world();
    const plan = await api.planNamed(PLANS[kind]);
    const before = plan.stateSinceTime;
    const operation = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    await api.inState(operation.id, 'RUNNING', 'SUCCEEDED');
    await api.succeeded(operation);
    const after = await api.planNamed(PLANS[kind]);
    expect(after).toMatchObject({ state: 'FAILED_OVER', activeSite: 'RECOVERY', activeOperationId: null });
    expect(Date.parse(after.stateSinceTime ?? '')).toBeGreaterThan(Date.parse(before ?? ''));
    const group = await eventually('what is not read with it is looked at soon', async () => {
      const found = await groupNamed(GROUPS[kind]);
      return found.state === 'FAILED_OVER' ? found : null;
    });
    expect(group).toMatchObject({ activeSite: 'RECOVERY', activeOperationId: null });
  });

  it.each(SITES)('a group and a plan of %s tell the operation that holds them', async (kind) => {
    const { api } = world();
    const upstream = world().simulator(kind);
    await upstream.settings({ durationFactor: 0.1 });
    const plan = await api.planNamed(PLANS[kind]);
    const operation = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    await api.inState(operation.id, 'RUNNING');
    expect(await groupNamed(GROUPS[kind])).toMatchObject({ activeOperationId: operation.id });
    expect(await api.planNamed(PLANS[kind])).toMatchObject({ activeOperationId: operation.id });
    expect(await api.plan(plan.id)).toMatchObject({ activeOperationId: operation.id });
    await upstream.settings({ durationFactor: 0.001 });
    await api.succeeded(operation);
    expect(await api.plan(plan.id)).toMatchObject({ activeOperationId: null });
  });

  it.each(SITES)('a single group of %s is shared for seconds, and outlives the site', async (kind) => {
    const { api } = world();
    const { id } = await groupNamed(GROUPS[kind]);
    const path = `/v1/protection-groups/${id}`;
    const first = await api.ask<ProtectionGroupDto>('GET', path);
    expect(first.headers.get('source-state')).toBe('FRESH');
    expect(Number(first.headers.get('age'))).toBeLessThan(3);

    await world().simulator(kind).stop();
    const stale = await eventually('it is read in vain', async () => {
      const answer = await api.ask<ProtectionGroupDto>('GET', path);
      return answer.headers.get('source-state') === 'STALE' ? answer : null;
    });
    expect(stale.status).toBe(200);
    expect(stale.body).toEqual(first.body);
    expect(Number(stale.headers.get('age'))).toBeGreaterThanOrEqual(3);
    const insisted = await api.refused('GET', path, { headers: NO_CACHE });
    expect(insisted.status).toBe(503);
    await world().simulator(kind).start();
    expect((await api.ask('GET', path, { headers: NO_CACHE })).status).toBe(200);
  });

  it('orders are over all sites and all pages', async () => {
    const { api } = world();
    const whole = (await groups('?orderBy=name%20desc')).items.map(({ name }) => name);
    expect(whole).toEqual([...whole].sort().reverse());
    const seen: string[] = [];
    let next: string | null = '/v1/protection-groups?orderBy=name%20desc&pageSize=3';
    while (next !== null) {
      const page: { headers: Headers; body: ProtectionGroupListDto } = await api.ask('GET', next);
      seen.push(...page.body.items.map(({ name }) => name));
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? null;
    }
    expect(seen).toEqual(whole);
    const refused = await api.refused('GET', '/v1/protection-groups?orderBy=colour%20asc');
    expect(refused.body).toMatchObject({ code: 'invalid-request', errors: [{ parameter: 'orderBy' }] });
  });

  it('a site tells its age and its budget', async () => {
    const { items, sources } = await world().api.read<SiteListDto>('/v1/sites');
    expect(items.map(({ id, source }) => [id, source])).toEqual(
      sources.map((source) => [source.siteId, source]),
    );
    for (const { budget, source } of items) {
      expect(source).toMatchObject({ state: 'FRESH', ageSeconds: expect.any(Number) as number });
      expect(budget).toMatchObject({
        limit: expect.any(Number) as number,
        used: expect.any(Number) as number,
        windowSeconds: expect.any(Number) as number,
      });
    }
    expect(items.map(({ id }) => id)).toEqual(Object.values(SITE_IDS));
  });
});

describe('without a worker', () => {
  const world = useWorld({ workers: 0 });

  it('lists are what the API saw itself, and who insists has it look again', async () => {
    const { api } = world();
    const list = (headers: Record<string, string> = {}) =>
      api.read<ProtectionGroupListDto>('/v1/protection-groups', headers);
    const first = await list();
    expect(first.sources).toMatchObject([{ state: 'FRESH' }, { state: 'FRESH' }]);
    const insisted = await list(NO_CACHE);
    expect(insisted.items.map(({ id }) => id)).toEqual(first.items.map(({ id }) => id));
    const times = (answer: ProtectionGroupListDto) => answer.sources.map((source) => source.refreshedTime);
    expect(times(insisted)).not.toEqual(times(first));
  });
});
