import type { ProtectionGroupListDto } from '../../../src/api/dto/inventory.dto.js';
import type { FaultRule } from '../../../simulators/engine/faults.js';
import { useWorld } from '../../support/world.js';

const NONSENSE: [string, Omit<FaultRule, 'path' | 'method' | 'times'>][] = [
  ['an HTML page with 200', { kind: 'html', status: 200 }],
  ['an HTML page with 502', { kind: 'html', status: 502 }],
  ['half of the JSON', { kind: 'truncate', when: 'after' }],
  ['an empty 200', { kind: 'empty' }],
  ['an empty object', { kind: 'body', body: {} }],
  ['a list of nothing known', { kind: 'body', body: { things: [] } }],
  ['an error inside a 200', { kind: 'body', body: { error: { code: 'SDRS.0001', message: 'oops' } } }],
  ['a 500', { kind: 'status', status: 500 }],
  ['a 503 without a body', { kind: 'status', status: 503, body: '' }],
  ['a 404 for everything', { kind: 'html', status: 404 }],
  ['a reset connection', { kind: 'reset' }],
];

/** After a few failures in a row a site is left in peace for seconds. */
const SOME = 5;

const SITES = {
  sdrs: { id: 'eu-cloud', lists: '/server-groups$|/active-domains$', count: 4 },
  srm: { id: 'berlin-dc', lists: '/protection-management/groups$', count: 4 },
} as const;

describe('nonsense in place of an inventory', () => {
  const world = useWorld();

  const cases = NONSENSE.flatMap(([what, fault]) =>
    (['sdrs', 'srm'] as const).map((site) => ({ what, site, fault })),
  );

  const groups = (): Promise<ProtectionGroupListDto> =>
    world().api.read<ProtectionGroupListDto>('/v1/protection-groups', { 'cache-control': 'no-cache' });

  it.each(cases)('$what from $site: what was known stays, with the error told', async ({ site, fault }) => {
    const { id, lists, count } = SITES[site];
    await world().reset();
    const before = await groups();
    expect(before.sources.map(({ state }) => state)).toEqual(['FRESH', 'FRESH']);
    await world()
      .simulator(site)
      .fault({ ...fault, method: 'GET', path: lists, times: -1 });

    const during = await groups();
    const source = during.sources.find(({ siteId }) => siteId === id);
    expect(source).toMatchObject({ state: 'STALE', refreshedTime: expect.any(String) as string });
    expect(source?.error).toMatchObject({
      code: expect.stringMatching(/^upstream-/) as string,
      upstream: { site: id },
    });
    expect(during.items.filter(({ siteId }) => siteId === id)).toHaveLength(count);
    expect(during.sources.find(({ siteId }) => siteId !== id)).toMatchObject({ state: 'FRESH', error: null });
    expect(during.items).toEqual(before.items);

    await world().simulator(site).calm();
    const after = await groups();
    expect(after.sources).toMatchObject([
      { state: 'FRESH', error: null },
      { state: 'FRESH', error: null },
    ]);
  });

  it.each(['sdrs', 'srm'] as const)(
    'from %s at the very first look is UNAVAILABLE, not empty',
    async (site) => {
      const { id, lists } = SITES[site];
      await world().reset();
      await world().simulator(site).fault({ kind: 'empty', method: 'GET', path: lists, times: -1 });
      const { sources } = await groups();
      expect(sources.find(({ siteId }) => siteId === id)).toMatchObject({
        state: 'UNAVAILABLE',
        refreshedTime: null,
      });
    },
  );

  it.each(['sdrs', 'srm'] as const)('from %s while an operation runs says nothing about it', async (site) => {
    const { api } = world();
    const upstream = world().simulator(site);
    await world().reset({ [site]: { durationFactor: 0.04 } });
    const plan = await api.planNamed(site === 'sdrs' ? 'erp-dr' : 'erp-plan');
    const operation = await api.run(plan.id, 'failover', { direction: 'TO_RECOVERY' });
    await api.inState(operation.id, 'RUNNING');
    for (const [, fault] of NONSENSE.slice(0, SOME)) await upstream.fault({ ...fault, method: 'GET' });
    await api.succeeded(operation);
    expect(await upstream.executions()).toHaveLength(1);
  });
});
