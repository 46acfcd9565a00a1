import type { ProtectionGroupListDto } from '../../../src/api/dto/inventory.dto.js';
import { eventually } from '../../support/eventually.js';
import { useWorld } from '../../support/world.js';

const SITES = { sdrs: 'eu-cloud', srm: 'berlin-dc' } as const;
const COUNT = 4;

/** Lists that are no inventory, whatever their status says. */
const LIES = [
  'empty-lists',
  'short-lists',
  'half-page',
  'lying-count',
  'contradicting-duplicates',
  'items-without-ids',
  'items-with-gaps',
  'huge-body',
  'html-in-200',
  'truncated-json',
  'empty-200',
  'error-body-in-200',
] as const;

const always = { times: -1, method: 'GET' };

describe('a site that answers nonsense', () => {
  const world = useWorld({ env: { INVENTORY_REFRESH_MS: '500' } });

  const groups = (fresh = false): Promise<ProtectionGroupListDto> =>
    world().api.read('/v1/protection-groups', fresh ? { 'cache-control': 'no-cache' } : {});

  const cases = LIES.flatMap((lie) => (['sdrs', 'srm'] as const).map((site) => ({ lie, site })));

  it.each(cases)('$lie of $site: nothing known is lost, and the error is told', async ({ lie, site }) => {
    const id = SITES[site];
    const upstream = world().simulator(site);
    await world().reset();
    const before = await groups(true);
    expect(before.sources.map(({ state }) => state)).toEqual(['FRESH', 'FRESH']);

    await upstream.preset(
      lie,
      lie.endsWith('00') || /json|body/.test(lie) ? { ...always, path: LISTS[site] } : {},
    );
    const asked = await groups(true);
    const plain = await groups();
    for (const answer of [asked, plain]) {
      expect(answer.items).toEqual(before.items);
      const source = answer.sources.find(({ siteId }) => siteId === id);
      expect(source).toMatchObject({ state: 'STALE', refreshedTime: expect.any(String) as string });
      expect(source?.error).toMatchObject({ code: expect.stringMatching(/^upstream-/) as string });
    }
    expect(asked.sources.find(({ siteId }) => siteId !== id)).toMatchObject({ state: 'FRESH', error: null });

    await upstream.calm();
    const after = await groups(true);
    expect(after.items).toEqual(before.items);
    expect(after.sources.map(({ state, error }) => [state, error])).toEqual([
      ['FRESH', null],
      ['FRESH', null],
    ]);
  });

  it.each(['sdrs', 'srm'] as const)('words of %s that nobody knows are kept and marked', async (site) => {
    await world().reset();
    await groups(true);
    await world().simulator(site).preset('unknown-words', { word: 'ASTONISHED', path: LISTS[site] });
    const { items, sources } = await groups(true);
    const spoken = items.filter(({ siteId }) => siteId === SITES[site]);
    expect(spoken).toHaveLength(COUNT);
    expect(new Set(spoken.map(({ state }) => state))).toEqual(new Set(['UNKNOWN']));
    expect(JSON.stringify(spoken)).toContain('ASTONISHED');
    expect(sources.map(({ state }) => state)).toEqual(['FRESH', 'FRESH']);
    await world().simulator(site).calm();
  });

  it.each(['sdrs', 'srm'] as const)('the same thing twice in a list of %s is there once', async (site) => {
    await world().reset();
    const before = await groups(true);
    await world().simulator(site).preset('duplicate-ids', { path: LISTS[site] });
    expect((await groups(true)).items).toEqual(before.items);
    await world().simulator(site).calm();
  });

  it.each(['sdrs', 'srm'] as const)(
    'a login of %s that died is renewed, and nobody notices',
    async (site) => {
      await world().reset();
      const before = await groups(true);
      await world().simulator(site).preset('expired-login');
      const after = await groups(true);
      expect(after.items).toEqual(before.items);
      expect(after.sources.map(({ state }) => state)).toEqual(['FRESH', 'FRESH']);
    },
  );

  it.each(['sdrs', 'srm'] as const)(
    'that %s holds nothing any more is believed when it says so again, later, in a session that lives',
    async (site) => {
      await world().reset();
      await groups(true);
      await world().simulator(site).preset('empty-lists');
      expect((await groups(true)).items.filter(({ siteId }) => siteId === SITES[site])).toHaveLength(COUNT);
      const { sources } = await eventually('it is believed', async () => {
        const answer = await groups(true);
        return answer.items.every(({ siteId }) => siteId !== SITES[site]) ? answer : null;
      });
      expect(sources.find(({ siteId }) => siteId === SITES[site])).toMatchObject({ error: null });
      await world().simulator(site).calm();
    },
  );
});

/** The lists that an inventory is made of. */
const LISTS = { sdrs: '/(server-groups|disaster-recovery-drills)$', srm: '/(groups|plans|tasks)$' } as const;
