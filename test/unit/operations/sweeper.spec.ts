import { Sweeper } from '../../../src/operations/sweeper.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { childrenOf, PROVISION } from '../support/composite-work.js';
import { LongWork, SETTINGS } from '../support/long-work.js';
import { changed } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

async function sweep(work: LongWork): Promise<string[]> {
  work.doorbells.rings.length = 0;
  await new Sweeper(work.store, work.doorbells, silentLog()).sweep();
  return work.doorbells.rings;
}

it('rings for what is to be sent, and for its site', async () => {
  const work = new LongWork(the.redis);
  const { id } = await work.accept();
  expect(await sweep(work)).toEqual([`ensure submit ${id}`, `ensure watch ${work.site.siteId}`]);
});

it('rings for what somebody was about to send and may have left', async () => {
  const work = new LongWork(the.redis, (driver) =>
    changed(driver, { start: () => Promise.reject(new Error('killed')) }),
  );
  const { id } = await work.accept();
  const deaf = work.store.transition.bind(work.store);
  work.store.transition = () => Promise.reject(new Error('killed'));
  await expect(work.runner.submit(id)).rejects.toThrow('killed');
  work.store.transition = deaf;
  expect((await work.now(id)).state).toBe('SUBMITTING');
  expect(await sweep(work)).toContain(`ensure submit ${id}`);
});

it('rings for the watcher only, once the upstream has it', async () => {
  const work = new LongWork(the.redis);
  await work.begun();
  await work.begun({ targetNativeId: 'move-mail' });
  expect(await sweep(work)).toEqual([`ensure watch ${work.site.siteId}`]);
});

it('rings for a cancel that is to be sent', async () => {
  const work = new LongWork(the.redis);
  const id = await work.begun();
  await work.service.cancel(id, 'ben');
  expect(await sweep(work)).toContain(`ensure submit ${id}`);
});

it('rings for an answer to a prompt that is to be sent', async () => {
  const work = new LongWork(the.redis);
  work.world.nextWork({ question: 'Is the old site dark?' });
  const id = await work.begun();
  await work.tickAfter(20_000);
  expect(await sweep(work)).toEqual([`ensure watch ${work.site.siteId}`]);
  await work.service.answerPrompt(id, (await work.now(id)).prompts[0]?.id ?? '', 'ben');
  expect(await sweep(work)).toContain(`ensure submit ${id}`);
});

it('rings for a composite as long as it lasts, and for its step while that is to be sent', async () => {
  const work = new LongWork(the.redis);
  const { id } = await work.accept(PROVISION);
  await work.runner.submit(id);
  await work.runner.submit(id);
  const [child] = await childrenOf(work, id);
  expect(await sweep(work)).toEqual([
    `ensure submit ${id}`,
    `ensure submit ${child?.id ?? ''}`,
    `ensure watch ${work.site.siteId}`,
  ]);
  await work.runner.submit(child?.id ?? '');
  expect(await sweep(work)).toEqual([`ensure submit ${id}`, `ensure watch ${work.site.siteId}`]);
});

it('rings for what a person must decide: it is still watched', async () => {
  const work = new LongWork(the.redis);
  work.world.troubles.push({ on: 'CHANGE', trouble: 'REQUEST_LOST' });
  const id = await work.begun();
  await work.tickAfter(100_000);
  expect((await work.now(id)).state).toBe('UNKNOWN');
  expect(await sweep(work)).toEqual([`ensure watch ${work.site.siteId}`]);
});

it('rings for nothing that has ended', async () => {
  const work = new LongWork(the.redis);
  await work.begun();
  await work.tickAfter(30_000);
  expect(await sweep(work)).toEqual([]);
});

describe('what takes long while its site cannot be looked at', () => {
  const MINUTE_MS = 60_000;
  const sweeper = (work: LongWork) =>
    new Sweeper(work.store, work.doorbells, silentLog(), { clock: work.clock, settings: SETTINGS });
  const lateness = async (work: LongWork, id: string) => {
    const { overdue, stalled, state } = await work.now(id);
    return { overdue, stalled, state };
  };

  it('is told by the clock, first as stalled and then as overdue, and decides nothing', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    await sweeper(work).sweep();
    expect(await lateness(work, id)).toEqual({ overdue: false, stalled: false, state: 'RUNNING' });
    work.clock.advance(12 * MINUTE_MS);
    await sweeper(work).sweep();
    expect(await lateness(work, id)).toEqual({ overdue: false, stalled: true, state: 'RUNNING' });
    work.clock.advance(40 * MINUTE_MS);
    await sweeper(work).sweep();
    expect(await lateness(work, id)).toEqual({ overdue: true, stalled: true, state: 'RUNNING' });
  });

  it('is told once, however often it is swept', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    work.clock.advance(60 * MINUTE_MS);
    await sweeper(work).sweep();
    const { version } = await work.now(id);
    for (let i = 0; i < 5; i += 1) {
      work.clock.advance(MINUTE_MS);
      await sweeper(work).sweep();
    }
    expect((await work.now(id)).version).toBe(version);
  });

  it('is not what waits to be sent, or for a person', async () => {
    const work = new LongWork(the.redis);
    const { id } = await work.accept();
    work.clock.advance(10 * MINUTE_MS);
    await sweeper(work).sweep();
    expect(await lateness(work, id)).toEqual({ overdue: false, stalled: false, state: 'PENDING' });
  });

  it('is taken back by whoever looks at the site again and sees it move', async () => {
    const work = new LongWork(the.redis);
    const id = await work.begun();
    work.clock.advance(12 * MINUTE_MS);
    await sweeper(work).sweep();
    expect((await work.now(id)).stalled).toBe(true);
    await work.tickAfter(0);
    expect((await work.now(id)).state).toBe('SUCCEEDED');
  });
});

it('does not begin a second sweep while one is under way', async () => {
  const work = new LongWork(the.redis);
  await work.accept();
  work.doorbells.rings.length = 0;
  const sweeps = new Sweeper(work.store, work.doorbells, silentLog());
  await Promise.all([sweeps.sweep(), sweeps.sweep(), sweeps.sweep()]);
  expect(work.doorbells.rings).toHaveLength(2);
});

it('finds sites of every shard', async () => {
  const works = Array.from({ length: 24 }, () => new LongWork(the.redis));
  for (const work of works) await work.accept();
  const [first] = works;
  const rings = first ? await sweep(first) : [];
  for (const { site } of works) expect(rings).toContain(`ensure watch ${site.siteId}`);
});

it('rings also where a ring waits for its time, at first and after the clock was set: it may be due by a wrong one', async () => {
  const work = new LongWork(the.redis);
  const { id } = await work.accept();
  const { siteId } = work.site;
  const sweeper = new Sweeper(work.store, work.doorbells, silentLog(), {
    clock: work.clock,
    settings: SETTINGS,
  });
  const swept = async (): Promise<string[]> => {
    work.doorbells.rings.length = 0;
    await sweeper.sweep();
    return work.doorbells.rings;
  };
  const anew = [`submit ${id}`, `watch ${siteId}`];
  const asAlways = [`ensure submit ${id}`, `ensure watch ${siteId}`];
  expect(await swept()).toEqual(anew);
  work.clock.advance(10_000);
  expect(await swept()).toEqual(asAlways);
  const now = work.clock.now.bind(work.clock);
  work.clock.now = () => now() - 60_000;
  expect(await swept()).toEqual(anew);
  expect(await swept()).toEqual(asAlways);
});
