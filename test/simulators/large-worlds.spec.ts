import { Site } from './both-sites.js';

afterAll(() => Site.closeAll());

const SIZES = { sdrs: ['moreGroups', 4], srm: ['morePlans', 5] } as const;
const LARGEST_PAGE = 1000;

const listed = async (site: Site, query: string) => {
  const { path } = site.manners.list;
  const answer = await site.ask({ method: 'GET', path: path + query });
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text) as unknown;
};

describe.each(['sdrs', 'srm'] as const)('a large world of the simulated %s', (name) => {
  const [setting, named] = SIZES[name];
  const more = 1200;
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(name, { settings: { [setting]: more } });
  });

  it('is listed page by page, each item once, with one number of all', async () => {
    const pages = await Promise.all(
      [0, LARGEST_PAGE].map((offset) => listed(site, `?limit=${LARGEST_PAGE}&offset=${offset}`)),
    );
    expect(pages.map((page) => site.manners.items(page).length)).toEqual([LARGEST_PAGE, named + more - 1000]);
    for (const page of pages) expect(site.manners.total(page)).toBe(named + more);
    const ids = pages.flatMap((page) => site.manners.items(page).map(({ id }) => id));
    expect(new Set(ids).size).toBe(named + more);
  });

  it('has the same ids for the same seed, and begins with the named world', async () => {
    const again = await Site.open(name, { settings: { [setting]: more } });
    const small = await Site.open(name);
    const [one, other, first] = await Promise.all([
      listed(site, '?limit=1000'),
      listed(again, '?limit=1000'),
      listed(small, '?limit=1000'),
    ]);
    expect(other).toEqual(one);
    const ids = site.manners.items(await listed(site, '?limit=1000&offset=1000')).map(({ id }) => id);
    const all = new Set([...ids, ...site.manners.items(one).map(({ id }) => id)]);
    for (const { id } of site.manners.items(first)) expect(all).toContain(id);
  });

  it('carries hundreds of runs that somebody started at the console to their ends', async () => {
    const started = 300;
    for (let index = 1; index <= started; index += 1) {
      const number = String(index).padStart(4, '0');
      const order =
        name === 'sdrs'
          ? { group: `group-${number}`, action: 'failover' }
          : { plan: `plan-${number}`, action: 'recovery' };
      expect((await site.control('POST', '/console', order)).status).toBe(200);
    }
    expect(site.executions.filter(({ by }) => by === 'console')).toHaveLength(started);
    site.advance(900_000);
    const { state } = site.running.simulator as unknown as {
      state: { groups: { status: string; phase: string }[] };
    };
    const over = state.groups.filter((group) => (name === 'sdrs' ? group.status : group.phase) === END[name]);
    expect(over.length).toBeGreaterThanOrEqual(started);
    expect(site.running.simulator.pending().filter(({ kind }) => /^(job|run|sub-job)/.test(kind))).toEqual(
      [],
    );
  });
});

const END = { sdrs: 'failed-over', srm: 'recovered' } as const;
