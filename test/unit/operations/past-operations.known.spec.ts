import { Scope } from '../../../src/domain/access/scope.js';
import { isoTime } from '../../../src/platform/clock.js';
import { DAY_MS, PastWork } from '../support/past-work.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();
const MINUTE_MS = 60_000;

/** The site's own account of whatever it was last busy with. */
function reported(work: PastWork, startMs: number, endMs: number, offMs = 0): void {
  work.ran(startMs + offMs, {
    action: 'FAILOVER',
    orElse: ['PLANNED_FAILOVER'],
    endedTime: isoTime(endMs + offMs),
  });
}

async function all(work: PastWork): Promise<string[]> {
  const { siteId } = work.site;
  const { items } = await work.store.list({ siteId, seen: Scope.ALL, newestFirst: false }, null, 50);
  return items.map(({ origin, action, state }) => `${origin} ${action} ${state}`);
}

describe('a run that is in the history already', () => {
  it.each([0, 45 * MINUTE_MS, -45 * MINUTE_MS])(
    'because the gateway asked for it does not come a second time, whose clock is %s ms off',
    async (offMs) => {
      const work = new PastWork(the.redis);
      await work.begun({ action: 'PLANNED_FAILOVER', direction: 'TO_RECOVERY' });
      const startMs = work.clock.now();
      await work.tickAfter(31_000);
      await work.tickAfter(31_000);
      work.aheadMs = offMs;
      reported(work, startMs, startMs + 30_000, offMs);
      await work.lookAndGoOn();
      expect(await all(work)).toEqual(['GATEWAY PLANNED_FAILOVER SUCCEEDED']);
    },
  );

  it('because it was found while it went on does not come a second time', async () => {
    const work = new PastWork(the.redis);
    work.elsewhere('FAILOVER', 'move-books');
    const startMs = work.clock.now();
    work.clock.advance(10_000);
    work.beforeAnswer = () => {
      throw new Error('not yet');
    };
    const look = await work.look();
    await work.external.consider(work.provider, look);
    await work.tickAfter(25_000);
    await work.tickAfter(25_000);
    reported(work, startMs, startMs + 30_000);
    work.beforeAnswer = null;
    await work.lookAndGoOn();
    expect(await all(work)).toEqual(['EXTERNAL FAILOVER SUCCEEDED']);
  });

  it('because only its end was seen, long afterwards, does not come a second time', async () => {
    const work = new PastWork(the.redis);
    await work.refresh();
    work.clock.advance(MINUTE_MS);
    const startMs = work.clock.now();
    work.elsewhere('FAILOVER', 'move-books');
    work.clock.advance(3 * DAY_MS);
    await work.refresh();
    expect(await all(work)).toEqual(['EXTERNAL FAILOVER SUCCEEDED']);
    reported(work, startMs, startMs + 30_000);
    await work.lookAndGoOn();
    expect(await all(work)).toEqual(['EXTERNAL FAILOVER SUCCEEDED']);
  });

  it('does not hide what was done to the same plan before, or to another one at the same time', async () => {
    const work = new PastWork(the.redis);
    const startMs = work.clock.now();
    await work.begun({ action: 'FAILOVER', direction: 'TO_RECOVERY' });
    await work.tickAfter(31_000);
    await work.tickAfter(31_000);
    reported(work, startMs, startMs + 30_000);
    reported(work, startMs - 20 * MINUTE_MS, startMs - 19 * MINUTE_MS);
    work.ran(startMs, { targetName: 'Shelves', action: 'FAILOVER' });
    work.ran(startMs - 10 * MINUTE_MS, { action: 'START_DRILL' });
    await work.lookAndGoOn();
    expect((await work.imported()).map(({ action, target }) => `${action} ${target.name}`)).toEqual([
      'FAILOVER Books',
      'START_DRILL Books',
      'FAILOVER Shelves',
    ]);
  });

  it('was not what the gateway was refused', async () => {
    const work = new PastWork(the.redis);
    const startMs = work.clock.now();
    const { id } = await work.accept({ action: 'FAILOVER', direction: 'TO_RECOVERY' });
    work.elsewhere('FAILOVER', 'move-books');
    await work.runner.submit(id);
    expect((await work.now(id)).state).toBe('REJECTED');
    work.clock.advance(MINUTE_MS);
    reported(work, startMs, startMs + 30_000);
    await work.lookAndGoOn();
    expect(await work.imported()).toHaveLength(1);
  });
});

describe('what happens around the first look', () => {
  it('is told once: what runs then is found and watched, what has ended is taken over', async () => {
    const work = new PastWork(the.redis);
    work.ran(work.clock.now() - 10 * MINUTE_MS, { action: 'START_DRILL' });
    const startMs = work.clock.now();
    work.elsewhere('FAILOVER', 'move-books');
    work.clock.advance(10_000);
    await work.lookAndGoOn();
    await work.tickAfter(25_000);
    reported(work, startMs, startMs + 30_000);
    await work.tickAfter(25_000);
    for (let looks = 0; looks < 4; looks += 1) {
      work.clock.advance(30_000);
      await work.lookAndGoOn();
    }
    expect(await all(work)).toEqual(['EXTERNAL START_DRILL SUCCEEDED', 'EXTERNAL FAILOVER SUCCEEDED']);
  });

  it('and what ends afterwards is left to the looks', async () => {
    const work = new PastWork(the.redis);
    for (let i = 0; i < 6; i += 1) work.ran(work.clock.now() - (i + 2) * DAY_MS);
    await work.lookAndGoOn();
    const startMs = work.clock.now();
    work.elsewhere('FAILOVER', 'move-books');
    work.clock.advance(5 * MINUTE_MS);
    reported(work, startMs, startMs + 30_000);
    for (let looks = 0; looks < 4; looks += 1) {
      await work.lookAndGoOn();
      work.clock.advance(30_000);
    }
    const failovers = (await all(work)).filter((one) => one.includes('FAILOVER'));
    expect(failovers).toEqual(['EXTERNAL FAILOVER SUCCEEDED']);
    expect(await work.imported()).toHaveLength(6);
  });
});
