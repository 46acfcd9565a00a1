import { Scope } from '../../../src/domain/access/scope.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { isoTime } from '../../../src/platform/clock.js';
import { ProviderError } from '../../../src/providers/provider-error.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { DAY_MS, KEPT_MS, PastWork } from '../support/past-work.js';
import { redisForThisFile } from '../support/redis.js';
import { SwitchedGuard } from '../support/switched-guard.js';

const the = redisForThisFile();

/** As many looks as it takes, half a minute apart. */
async function untilFinished(work: PastWork): Promise<void> {
  for (let looks = 0; !(await work.progress())?.finishedMs; looks += 1) {
    if (looks > 50) throw new Error('it does not come to an end');
    await work.lookAndGoOn();
    work.clock.advance(30_000);
  }
}

describe('what a site tells of its past', () => {
  it('is an ended operation each, with the times, people and words of the site, and without locks', async () => {
    const work = new PastWork(the.redis);
    const startMs = work.clock.now() - 30 * DAY_MS;
    work.ran(startMs, { action: 'FAILOVER', orElse: ['PLANNED_FAILOVER'], warnings: ['It was slow.'] });
    await untilFinished(work);
    const [operation, ...others] = await work.imported();
    expect(others).toEqual([]);
    expect(operation).toMatchObject({
      origin: 'EXTERNAL',
      state: 'SUCCEEDED',
      outcome: 'FULL',
      version: 1,
      action: 'FAILOVER',
      direction: null,
      requestedBy: 'olga@console',
      target: { type: 'RECOVERY_PLAN', id: work.id('move-books'), name: 'Books' },
      command: { action: 'FAILOVER', targetNativeId: 'move-books' },
      lockedGroupIds: [],
      calls: [],
      upstream: { state: 'SUCCESS', jobs: [] },
      warnings: ['It was slow.', 'It may be PLANNED_FAILOVER instead: from outside they look alike.'],
      error: null,
      createdTime: isoTime(startMs),
      startedTime: isoTime(startMs),
      endedTime: isoTime(startMs + 60_000),
      timings: { queuedMs: null, submitMs: null, upstreamMs: 60_000, totalMs: 60_000 },
    });
    expect(await work.holderOf('move-books')).toBeNull();
    const holdings = await work.store.holdings(work.site.siteId, [work.id('move-books')]);
    expect(holdings.get(work.id('move-books'))).toEqual({ heldBy: null, lastHeldBy: null });
    expect(await work.store.listOpen(work.site.siteId)).toEqual([]);
  });

  it('is told as one event of a kind of its own, in the stream of all and in its own', async () => {
    const work = new PastWork(the.redis);
    work.ran(work.clock.now() - DAY_MS);
    await untilFinished(work);
    const [operation] = await work.imported();
    const told = {
      type: 'operation.imported',
      operationId: operation?.id,
      sequence: 1,
      state: 'SUCCEEDED',
      text: 'Taken over from the history of the site (report 1): SUCCESS, by olga@console.',
    };
    expect(await work.events(operation?.id ?? '')).toEqual([expect.objectContaining(told)]);
    const all = await the.redis.xrange(operationKeys(shardOf(work.site.siteId)).events, '-', '+');
    expect(all.map(([, fields]) => JSON.parse(fields[1] ?? '') as object)).toEqual([
      expect.objectContaining(told),
    ]);
  });

  it('stands in the lists where it belongs by its time, among what the gateway did', async () => {
    const work = new PastWork(the.redis);
    for (let days = 1; days <= 9; days += 1) work.ran(work.clock.now() - days * DAY_MS);
    await untilFinished(work);
    const id = await work.begun({ action: 'FAILOVER', direction: 'TO_RECOVERY' });
    const { siteId } = work.site;
    const { items } = await work.store.list({ siteId, seen: Scope.ALL, newestFirst: true }, null, 50);
    expect(items[0]?.id).toBe(id);
    const times = items.map(({ createdTime }) => createdTime);
    expect(times).toEqual([...times].sort().reverse());
    const drills = await work.store.list(
      { siteId, action: 'START_DRILL', seen: Scope.ALL, newestFirst: false },
      null,
      50,
    );
    expect(drills.items).toHaveLength(9);
  });

  it('says why it failed, and is stopped where somebody stopped it', async () => {
    const work = new PastWork(the.redis);
    const errors = ['The rope broke.', 'So did the other one.'];
    const failed = { state: 'FAILED', outcome: 'PARTIAL', upstreamState: 'ERRORS', errors } as const;
    work.ran(work.clock.now() - DAY_MS, failed);
    work.ran(work.clock.now() - 2 * DAY_MS, { ...failed, errors: [] });
    work.ran(work.clock.now() - 3 * DAY_MS, {
      state: 'CANCELLED',
      outcome: 'PARTIAL',
      upstreamState: 'CANCELLED',
    });
    await untilFinished(work);
    expect(await work.imported()).toMatchObject([
      { state: 'CANCELLED', error: null },
      { state: 'FAILED', error: { detail: expect.stringContaining('ERRORS') as string } },
      {
        state: 'FAILED',
        error: {
          code: 'upstream-failed',
          detail: 'The rope broke. So did the other one.',
          upstream: { site: work.site.siteId, code: 'ERRORS' },
        },
      },
    ]);
  });

  it('of a plan that is no more, or that shares its name, keeps the name alone', async () => {
    const work = new PastWork(the.redis);
    work.ran(work.clock.now() - DAY_MS, { targetName: 'Shelves' });
    await untilFinished(work);
    expect(await work.imported()).toMatchObject([
      { target: { id: null, name: 'Shelves' }, command: { targetNativeId: null } },
    ]);
  });

  it('is taken over page by page, one at a look, and then never asked for again', async () => {
    const work = new PastWork(the.redis);
    for (let days = 1; days <= 10; days += 1) work.ran(work.clock.now() - days * DAY_MS);
    await work.lookAndGoOn();
    expect(await work.imported()).toHaveLength(4);
    expect(await work.progress()).toMatchObject({ imported: 4, finishedMs: null });
    await untilFinished(work);
    expect(work.questions.map(({ after }) => after)).toEqual([null, '4', '8', '10']);
    expect(await work.progress()).toMatchObject({
      imported: 10,
      finishedMs: expect.any(Number) as number,
      oldestMs: Date.parse(work.history.at(-1)?.startedTime ?? ''),
      trouble: null,
    });
    await work.lookAndGoOn();
    expect(work.questions).toHaveLength(4);
  });

  it('is not taken over when it is older than the history is kept', async () => {
    const work = new PastWork(the.redis);
    work.ran(work.clock.now() - KEPT_MS + DAY_MS);
    work.ran(work.clock.now() - KEPT_MS - DAY_MS);
    await untilFinished(work);
    expect((await work.imported()).map(({ createdTime }) => createdTime)).toEqual([
      work.history[0]?.startedTime,
    ]);
  });

  it('counts what could not be understood', async () => {
    const work = new PastWork(the.redis);
    work.ran(work.clock.now() - DAY_MS);
    work.leftOut = 2;
    await work.lookAndGoOn();
    expect(await work.progress()).toMatchObject({ imported: 1, leftOut: 2 });
  });

  it('never ends later than now, whatever clock the site has', async () => {
    const work = new PastWork(the.redis);
    work.aheadMs = 600_000;
    work.ran(work.clock.now() + 400_000);
    await untilFinished(work);
    const now = isoTime(work.clock.now() - 60_000);
    expect(await work.imported()).toMatchObject([{ startedTime: now, endedTime: now }]);
  });

  it('is nothing that a site without such a history is asked for', async () => {
    const work = new PastWork(the.redis);
    await work.anotherImport().goOn(work.site.provider, await work.look());
    expect(await work.progress()).toBeNull();
  });
});

describe('taking it over again', () => {
  it('adds nothing, be it after the store has forgotten that it was done', async () => {
    const work = new PastWork(the.redis);
    for (let days = 1; days <= 6; days += 1) work.ran(work.clock.now() - days * DAY_MS);
    await untilFinished(work);
    const before = await work.imported();
    const [mark] = await the.redis.keys('*:past:*');
    await the.redis.del(mark ?? '');
    await untilFinished(work);
    expect(await work.imported()).toEqual(before);
    expect(await work.progress()).toMatchObject({ imported: 0 });
  });

  it('adds nothing when two processes do it at the same time, and each run is counted once', async () => {
    const work = new PastWork(the.redis);
    for (let days = 1; days <= 12; days += 1) work.ran(work.clock.now() - days * DAY_MS);
    const others = [work.anotherImport(), work.anotherImport(), work.anotherImport()];
    for (let looks = 0; looks < 5; looks += 1) {
      const look = await work.look();
      await Promise.all(others.map((past) => past.goOn(work.provider, look)));
    }
    expect(await work.imported()).toHaveLength(12);
    expect(await work.progress()).toMatchObject({ imported: 12, finishedMs: expect.any(Number) as number });
  });

  it('goes on where it stopped after a crash in the middle of a page', async () => {
    const work = new PastWork(the.redis);
    for (let days = 1; days <= 6; days += 1) work.ran(work.clock.now() - days * DAY_MS);
    const find = work.store.find.bind(work.store);
    let asked = 0;
    work.store.find = (id) => {
      asked += 1;
      return asked === 3 ? Promise.reject(new Error('the process died')) : find(id);
    };
    await expect(work.lookAndGoOn()).rejects.toThrow('the process died');
    work.store.find = find;
    expect(await work.imported()).toHaveLength(2);
    await untilFinished(work);
    expect(await work.imported()).toHaveLength(6);
    expect(await work.progress()).toMatchObject({ imported: 6 });
  });

  it('is tried again later when the site does not tell, and says why meanwhile', async () => {
    const work = new PastWork(the.redis);
    work.ran(work.clock.now() - DAY_MS);
    const fails = (): never => {
      throw new ProviderError('UPSTREAM_FAULT', 'It lost its memory.', { retry: 'TEMPORARY' });
    };
    work.beforeAnswer = fails;
    await work.lookAndGoOn();
    expect(await work.progress()).toMatchObject({ trouble: 'It lost its memory.', failures: 1 });
    work.clock.advance(29_000);
    await work.lookAndGoOn();
    expect(work.questions).toHaveLength(1);
    work.clock.advance(1_000);
    work.beforeAnswer = fails;
    await work.lookAndGoOn();
    work.clock.advance(59_000);
    await work.lookAndGoOn();
    expect(work.questions).toHaveLength(2);
    work.clock.advance(1_000);
    await untilFinished(work);
    expect(await work.progress()).toMatchObject({ imported: 1, trouble: null, failures: 0, notBeforeMs: 0 });
  });

  it('keeps no look waiting, and is done once at a time', async () => {
    const work = new PastWork(the.redis);
    for (let days = 1; days <= 3; days += 1) work.ran(work.clock.now() - days * DAY_MS);
    const past = work.anotherImport();
    const look = await work.look();
    past.begin(work.provider, look);
    past.begin(work.provider, look);
    await eventuallyTrue('a page is taken over', async () => (await work.progress())?.imported === 3);
    expect(work.questions).toHaveLength(1);
  });

  it('waits while a part of the history cannot be read that may hold the same run', async () => {
    const work = new PastWork(the.redis);
    work.ran(work.clock.now() - DAY_MS);
    const list = work.store.list.bind(work.store);
    const time = isoTime(work.clock.now());
    const unreadable = [{ fromTime: time, untilTime: time, operations: 7, detail: 'A disk is missing.' }];
    work.store.list = async (...asked) => ({ ...(await list(...asked)), unreadable });
    await work.lookAndGoOn();
    work.store.list = list;
    expect(await work.progress()).toMatchObject({ imported: 0, trouble: 'A disk is missing.' });
    work.clock.advance(30_000);
    await untilFinished(work);
    expect(await work.imported()).toHaveLength(1);
  });

  it('waits while the store is compared with the journals', async () => {
    const guard = new SwitchedGuard();
    const work = new PastWork(the.redis, guard);
    work.ran(work.clock.now() - DAY_MS);
    guard.close();
    await work.lookAndGoOn();
    expect(work.questions).toEqual([]);
    guard.open();
    work.beforeAnswer = () => guard.close();
    await work.lookAndGoOn();
    expect(await work.imported()).toEqual([]);
    guard.open();
    await untilFinished(work);
    expect(await work.imported()).toHaveLength(1);
  });

  it('ends at a site that tells the same page for ever', async () => {
    const work = new PastWork(the.redis);
    work.ran(work.clock.now() - DAY_MS);
    const pastRuns = work.provider.pastRuns.bind(work.provider);
    Object.defineProperty(work.provider, 'pastRuns', {
      value: async (question: Parameters<typeof pastRuns>[0]) => ({
        ...(await pastRuns({ ...question, after: null })),
        next: `${question.after ?? ''}x`,
      }),
    });
    await untilFinished(work);
    expect(work.questions).toHaveLength(2);
  });
});
