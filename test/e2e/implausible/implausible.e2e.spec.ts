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
  /** Without a worker nobody looks but who insists here, so that every look is known. */
  const world = useWorld({ workers: 0 });

  const groups = (fresh = false): Promise<ProtectionGroupListDto> =>
    world().api.read('/v1/protection-groups', fresh ? { 'cache-control': 'no-cache' } : {});

  /** The sites as on the first day, and known to be so. */
  const known = async (): Promise<ProtectionGroupListDto> => {
    await world().reset();
    return eventually('both sites are known', async () => {
      const answer = await groups(true);
      return answer.sources.every(({ state }) => state === 'FRESH') ? answer : null;
    });
  };

  const cases = LIES.flatMap((lie) => (['sdrs', 'srm'] as const).map((site) => ({ lie, site })));

  it.each(cases)('$lie of $site: nothing known is lost, and the error is told', async ({ lie, site }) => {
    const id = SITES[site];
    const upstream = world().simulator(site);
    const before = await known();

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
    await known();
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
    const before = await known();
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

  it.each(['sdrs', 'srm'] as const)('that all of %s is gone is believed once it is sure', async (site) => {
    await known();
    const upstream = world().simulator(site);
    const gone = { groups: [], plans: [], instances: [], pairs: [], vms: [] };
    const state = await upstream.state<object>();
    const emptied = Object.fromEntries(Object.entries(gone).filter(([name]) => name in state));
    await upstream.control('POST', '/reset', { state: { ...state, ...emptied } });

    const doubted = await groups(true);
    expect(doubted.items.filter(({ siteId }) => siteId === SITES[site])).toHaveLength(COUNT);
    const { sources } = await eventually(
      'it is believed',
      async () => {
        const answer = await groups(true);
        return answer.items.every(({ siteId }) => siteId !== SITES[site]) ? answer : null;
      },
      BELIEVED_MS,
    );
    expect(sources.find(({ siteId }) => siteId === SITES[site])).toMatchObject({ error: null });
  });
});

/** The second look that must agree comes some seconds after the first. */
const BELIEVED_MS = 20_000;

/** The lists that an inventory is made of. */
const LISTS = { sdrs: '/(server-groups|disaster-recovery-drills)$', srm: '/(groups|plans|tasks)$' } as const;
