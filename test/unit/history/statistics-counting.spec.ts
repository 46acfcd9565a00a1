import fc from 'fast-check';
import { Scope } from '../../../src/domain/access/scope.js';
import type { Operation } from '../../../src/domain/operation.js';
import { StatisticsStore } from '../../../src/history/statistics/redis-statistics-store.js';
import { StatisticsCounting } from '../../../src/history/statistics/statistics-counting.js';
import { StatisticsService } from '../../../src/history/statistics/statistics.service.js';
import { operationKeys, shardOf, shardPrefix } from '../../../src/platform/redis/keys.js';
import { at } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';
import { endedOperation, sorted, ToldHistory, WHOLE } from './ended-work.js';

const clock = new TestClock();
const SITE = 'alpha';
const PLAN = 'alpha.move-books';
const SHARD = shardOf(SITE);
const WHOLE_SITE = { siteId: SITE, targetId: null };

describe('what has ended is counted', () => {
  const the = redisForThisFile();
  const made = () => {
    const history = new ToldHistory(the.redis);
    const store = new StatisticsStore(the.redis);
    const counting = () => new StatisticsCounting(store, history, clock);
    const service = new StatisticsService(store);
    const cells = async (targetId: string | null = null) =>
      sorted(await service.cells({ siteId: SITE, targetId }, { range: WHOLE }, Scope.ALL));
    return { history, store, counting, service, cells };
  };

  it('once, however often its event is read', async () => {
    const { history, counting, store, cells } = made();
    await counting().countAnew(SHARD, [SITE]);
    await history.end(endedOperation(60), endedOperation(90));
    await counting().catchUp(SHARD);
    await counting().catchUp(SHARD);
    expect((await cells())[0]?.rollUp.ends).toEqual({ SUCCEEDED: 2 });
    expect(await cells(PLAN)).toEqual(history.tableOf({ siteId: SITE, targetId: PLAN }));
    const head = await store.head(SHARD);
    expect(head).toMatchObject({ position: await store.newest(operationKeys(SHARD).events), wanted: null });
  });

  it('once, by two workers that read the same stretch at the same time', async () => {
    const { history, counting, cells } = made();
    await counting().countAnew(SHARD, [SITE]);
    await history.end(...Array.from({ length: 20 }, (_, i) => endedOperation(10 + i)));
    await Promise.all([counting().catchUp(SHARD), counting().catchUp(SHARD), counting().catchUp(SHARD)]);
    expect((await cells())[0]?.rollUp.ends).toEqual({ SUCCEEDED: 20 });
  });

  it('from the records where there was no counting before', async () => {
    const { history, counting, cells } = made();
    await history.end(endedOperation(60), endedOperation(30, { action: 'START_DRILL' }));
    expect(await counting().catchUp(SHARD)).toBe(false);
    expect(await counting().countAnew(SHARD, [SITE])).toBe(true);
    await counting().catchUp(SHARD);
    expect(await cells()).toEqual(history.tableOf(WHOLE_SITE));
  });

  it('anew, beside what is read, while others go on to end', async () => {
    const { history, counting, cells } = made();
    await history.end(...Array.from({ length: 250 }, (_, i) => endedOperation(i + 1)));
    const { list } = history;
    let pages = 0;
    history.list = async (...asked) => {
      // One of these the count still comes to see, and its event comes as well.
      pages += 1;
      await history.end(endedOperation(7, { createdTime: at(pages), endedTime: new Date(0).toISOString() }));
      await history.end(endedOperation(8, { createdTime: at(-pages) }));
      return list(...asked);
    };
    await counting().countAnew(SHARD, [SITE]);
    await counting().catchUp(SHARD);
    const counted = (await cells())[0]?.rollUp.ends.SUCCEEDED ?? 0;
    expect(counted).toBe(history.records.size);
  });

  it('anew once, though the stream is trimmed past the beginning by what ends meanwhile', async () => {
    const { history, counting, store, cells } = made();
    const events = operationKeys(SHARD).events;
    await history.end(...Array.from({ length: 450 }, (_, i) => endedOperation(i + 1)));
    const { list } = history;
    history.list = async (...asked) => {
      const page = await list(...asked);
      await history.end(...Array.from({ length: 300 }, () => endedOperation(3, { createdTime: at(-9) })));
      return page;
    };
    const beginDraft = store.beginDraft.bind(store);
    let begun = '';
    store.beginDraft = async (shard) => {
      begun = await store.newest(events);
      return beginDraft(shard);
    };
    await counting().countAnew(SHARD, [SITE]);
    await the.redis.xtrim(events, 'MAXLEN', 1);
    expect(await the.redis.xrange(events, begun, begun)).toEqual([]);
    expect(await counting().catchUp(SHARD)).toBe(true);
    expect((await cells())[0]?.rollUp.ends).toEqual({ SUCCEEDED: history.records.size });
  });

  it('anew when the stream was trimmed past the position', async () => {
    const { history, counting, cells } = made();
    await history.end(endedOperation(5));
    await counting().countAnew(SHARD, [SITE]);
    await counting().catchUp(SHARD);
    await history.end(endedOperation(6), endedOperation(7));
    await the.redis.xtrim(operationKeys(SHARD).events, 'MAXLEN', 1);
    expect(await counting().catchUp(SHARD)).toBe(false);
    await counting().countAnew(SHARD, [SITE]);
    await counting().catchUp(SHARD);
    expect((await cells())[0]?.rollUp.ends).toEqual({ SUCCEEDED: 3 });
  });

  it('anew when it is wanted, and then not again', async () => {
    const { history, counting, store } = made();
    await history.end(endedOperation(5));
    await counting().countAnew(SHARD, [SITE]);
    await store.want(SHARD);
    expect(await counting().catchUp(SHARD)).toBe(false);
    await counting().countAnew(SHARD, [SITE]);
    expect(await counting().catchUp(SHARD)).toBe(true);
  });

  it('without leaving anything of what was counted before, or was begun and left', async () => {
    const { history, counting, store } = made();
    await history.end(endedOperation(5), endedOperation(6, { target: targetOf('alpha.other') }));
    await counting().countAnew(SHARD, [SITE]);
    const once = (await the.redis.keys(`${shardPrefix(SHARD)}:stats*`)).length;
    const { list } = history;
    history.list = () => Promise.reject(new Error('the store is away'));
    await expect(counting().countAnew(SHARD, [SITE])).rejects.toThrow('away');
    history.list = list;
    // A process that is killed leaves its draft, and its turn, which ends by itself.
    await store.beginDraft(SHARD);
    await counting().countAnew(SHARD, [SITE]);
    expect(await the.redis.keys(`${shardPrefix(SHARD)}:stats*`)).toHaveLength(once);
  });

  it('as far as it can be read, which is told, and anew after an hour, two, and at last every day', async () => {
    const { history, counting, service } = made();
    await history.end(endedOperation(5));
    const { list } = history;
    history.list = async (...asked) => ({
      ...(await list(...asked)),
      unreadable: ['a segment is missing'] as never,
    });
    for (const hours of [1, 2, 4, 8, 16, 24, 24]) {
      await counting().countAnew(SHARD, [SITE]);
      expect(await service.uncounted([SITE])).toEqual([SITE]);
      clock.advance(hours * 3_600_000 - 1);
      expect(await counting().catchUp(SHARD)).toBe(true);
      clock.advance(1);
      expect(await counting().catchUp(SHARD)).toBe(false);
    }
    history.list = list;
    await counting().countAnew(SHARD, [SITE]);
    expect(await service.uncounted([SITE])).toEqual([]);
    expect(await counting().catchUp(SHARD)).toBe(true);
  });

  it('by one at a time', async () => {
    const { counting, store } = made();
    await store.beginCounting(SHARD, 60_000);
    expect(await counting().countAnew(SHARD, [SITE])).toBe(false);
  });

  it('to the same as counting one by one, whatever the order of ends, workers and new counts', async () => {
    const someEnd = fc.record({
      seconds: fc.integer({ min: 0, max: 200_000 }),
      createdSeconds: fc.integer({ min: -6_000_000, max: 6_000_000 }),
      action: fc.constantFrom('FAILOVER' as const, 'START_DRILL' as const, 'REPROTECT' as const),
      state: fc.constantFrom(
        'SUCCEEDED' as const,
        'FAILED' as const,
        'CANCELLED' as const,
        'REJECTED' as const,
      ),
      target: fc.constantFrom('alpha.move-books', 'alpha.other', null),
    });
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('END' as const), end: someEnd }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('CATCH_UP' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('ANEW' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('BOTH' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        await the.redis.flushall();
        const { history, counting, cells } = made();
        for (const one of steps) {
          if (one.kind === 'END') await history.end(endOf(one.end));
          else if (one.kind === 'CATCH_UP') await counting().catchUp(SHARD);
          else if (one.kind === 'ANEW') await counting().countAnew(SHARD, [SITE]);
          else await Promise.all([counting().catchUp(SHARD), counting().countAnew(SHARD, [SITE])]);
        }
        if (!(await counting().catchUp(SHARD))) await counting().countAnew(SHARD, [SITE]);
        await counting().catchUp(SHARD);
        expect(await cells()).toEqual(history.tableOf(WHOLE_SITE));
        expect(await cells(PLAN)).toEqual(history.tableOf({ siteId: SITE, targetId: PLAN }));
      }),
      { numRuns: 60 },
    );
  });
});

function targetOf(id: string): Operation['target'] {
  return { type: 'RECOVERY_PLAN', id, name: id };
}

function endOf(end: {
  seconds: number;
  createdSeconds: number;
  action: Operation['action'];
  state: Operation['state'];
  target: string | null;
}): Operation {
  const { seconds, createdSeconds, action, state, target } = end;
  const createdTime = at(createdSeconds);
  const endedTime = at(createdSeconds + seconds);
  const of = target === null ? { type: 'RECOVERY_PLAN' as const, id: null, name: 'new' } : targetOf(target);
  return endedOperation(seconds, { createdTime, startedTime: null, endedTime, action, state, target: of });
}
