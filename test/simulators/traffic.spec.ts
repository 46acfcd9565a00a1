import type { TrafficView } from '../../simulators/engine/traffic.js';
import { Timeline } from '../../simulators/engine/timeline.js';
import { Site } from './both-sites.js';

afterAll(() => Site.closeAll());

const viewed = async (site: Site): Promise<TrafficView> =>
  JSON.parse((await site.control('GET', '/traffic')).text) as TrafficView;

describe.each(['sdrs', 'srm'] as const)('the traffic of the simulated %s', (name) => {
  let site: Site;
  beforeAll(async () => (site = await Site.open(name)));
  beforeEach(async () => {
    await site.restart();
    await site.control('DELETE', '/journal');
  });

  it('counts the last minute by route and by session, whose name is not told', async () => {
    await site.list();
    await site.list();
    await site.logIn();
    await site.one();
    await site.control('GET', '');
    const { lastMinute } = await viewed(site);
    expect(lastMinute.bySession).toMatchObject({ 'session 1': 2 });
    expect(Object.values(lastMinute.bySession).reduce((sum, hits) => sum + hits)).toBe(lastMinute.requests);
    expect(Object.values(lastMinute.byRoute).reduce((sum, hits) => sum + hits)).toBe(lastMinute.requests);
    expect(Object.keys(lastMinute.byRoute)[0]).toMatch(/^GET .*(server-groups|plans)$/);
  });

  it('remembers the busiest minute wherever it began, and every whole minute', async () => {
    for (let second = 0; second < 4; second += 1) {
      await site.list();
      site.advance(20_000);
    }
    site.advance(120_000);
    const { lastMinute, peak, minutes } = await viewed(site);
    expect(lastMinute.requests).toBe(0);
    expect(peak).toEqual({ requests: 3, ofOneSession: 3 });
    expect(minutes.map(({ requests }) => requests)).toEqual([3, 1, 0]);
  });

  it('counts refusals for being too many', async () => {
    await site.preset('rate-limited', { times: 2 });
    for (let call = 0; call < 3; call += 1) await site.list();
    expect((await viewed(site)).lastMinute).toMatchObject({ requests: 3, refused: 2 });
  });

  it('is forgotten with the journal', async () => {
    await site.list();
    await site.control('DELETE', '/journal');
    expect(await viewed(site)).toMatchObject({ lastMinute: { requests: 0 }, peak: { requests: 0 } });
  });
});

describe('what is still to come', () => {
  it('comes by its instant, and at one instant in the order in which it was planned', () => {
    const timeline = new Timeline();
    const planned = [5, 1, 5, 3, 1, 9].map((at, index) => [at, `${at}-${index}`] as const);
    for (const [at, kind] of planned) timeline.plan(at, kind, {});
    const restored = new Timeline();
    restored.restore([...timeline.list()].reverse());
    restored.plan(5, '5-later', {});
    const came: string[] = [];
    for (let event = restored.takeDue(5); event; event = restored.takeDue(5)) came.push(event.kind);
    expect(came).toEqual(['1-1', '1-4', '3-3', '5-0', '5-2', '5-later']);
    expect(restored.list().map(({ kind }) => kind)).toEqual(['9-5']);
  });
});
