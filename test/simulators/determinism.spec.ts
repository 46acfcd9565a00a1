import { Site, type Answered } from './both-sites.js';

/** A story with log-ins, lists, accepted and refused changes, time that passes and nonsense. */
async function story(site: Site, prelude: (site: Site) => Promise<unknown>): Promise<string[]> {
  const told: string[] = [];
  const note = async (answer: Promise<Answered>): Promise<void> => {
    told.push(await answer.then((got) => JSON.stringify(got)).catch((lost: Error) => lost.message));
  };
  await prelude(site);
  for (let round = 0; round < 4; round += 1) {
    await note(site.list());
    await note(site.change());
    site.advance(7_000);
    await note(site.one());
    await note(site.change());
    await note(site.ask({ method: 'GET', path: '/nowhere' }));
    site.advance(300_000);
    await note(site.one());
  }
  told.push((await site.control('GET', '/journal')).text);
  told.push((await site.control('GET', '/routes')).text);
  told.push((await site.control('GET', '/state')).text);
  return told;
}

const PRELUDES: Record<string, (site: Site) => Promise<unknown>> = {
  'in fair weather': async () => undefined,
  'with one request in two struck by chance': (site) => site.preset('flaky', { share: 0.5 }),
  'with lists in no order': (site) =>
    site.running.simulator.definition.name === 'sdrs'
      ? site.control('PATCH', '/settings', { listOrder: 'unstable' })
      : Promise.resolve(),
};

afterAll(() => Site.closeAll());

describe.each(['sdrs', 'srm'] as const)('the simulated %s with a paused clock', (name) => {
  async function twice(prelude: (site: Site) => Promise<unknown>, seeds = [7, 7]): Promise<string[][]> {
    const runs: string[][] = [];
    for (const seed of seeds) {
      const site = await Site.open(name, { seed });
      runs.push(await story(site, prelude));
    }
    return runs;
  }

  it.each(Object.keys(PRELUDES))('tells the same story twice, byte by byte, %s', async (weather) => {
    const [first, second] = await twice(PRELUDES[weather] as (site: Site) => Promise<unknown>);
    expect(first?.length).toBe(27);
    expect(second).toEqual(first);
  });

  it('tells the same story after a reset with the same seed', async () => {
    const site = await Site.open(name, { seed: 7 });
    const first = await story(site, (at) => at.preset('flaky'));
    await site.restart(7);
    expect(await story(site, (at) => at.preset('flaky'))).toEqual(first);
  });

  it('tells another story with another seed, and strikes a share of the requests only', async () => {
    const [first, second] = await twice((site) => site.preset('flaky', { share: 0.5 }), [7, 8]);
    expect(second).not.toEqual(first);
    const faults = (run: string[] | undefined): (string | null)[] =>
      (JSON.parse(run?.at(-3) ?? '') as { requests: { fault: string | null }[] }).requests.map(
        ({ fault }) => fault,
      );
    for (const run of [first, second]) {
      const struck = faults(run).filter((fault) => fault !== null);
      expect(struck.length).toBeGreaterThan(3);
      expect(struck.length).toBeLessThan(faults(run).length - 3);
      expect(new Set(struck).size).toBeGreaterThan(2);
    }
  });

  it('gives the same ids whether requests are struck or not', async () => {
    const ids = async (preset: string | null): Promise<string[]> => {
      const site = await Site.open(name, { seed: 7 });
      if (preset) await site.preset(preset, { path: '/nowhere$', share: 0.5, times: -1 });
      for (let call = 0; call < 5; call += 1)
        await site.ask({ method: 'GET', path: '/nowhere' }).catch(() => null);
      await site.preset('rate-limited', { path: '/never$' });
      await site.logIn();
      const { text } = await site.change();
      return [text];
    };
    expect(await ids('lost-request')).toEqual(await ids(null));
  });
});
