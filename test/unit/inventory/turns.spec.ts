import type { Redis } from 'ioredis';
import { ModelStore } from '../../../src/inventory/redis-model-store.js';
import { SiteRefresher, type LookTurn } from '../../../src/inventory/site-refresher.js';
import { siteModelKeys } from '../../../src/platform/redis/keys.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { changed as changedDriver, memorySite } from '../support/memory-site.js';
import { TestClock } from '../support/test-clock.js';
import { redisForThisFile } from '../support/redis.js';

const { jest } = import.meta;
const the = redisForThisFile();
const LIMIT_MS = 60_000;

/** The same connection, of which some commands are something else. */
function changed(changes: Partial<Record<'set' | 'evalsha', (...args: never[]) => Promise<unknown>>>): Redis {
  return Object.assign(Object.create(the.redis) as Redis, changes);
}

const broken = (): Promise<never> => Promise.reject(new Error('Connection is closed.'));

it('a turn at looking that could not be given back is given back before the next of the same process', async () => {
  const other = new ModelStore(the.redis);
  const redis = changed({ evalsha: broken });
  const store = new ModelStore(redis);
  const turn = (await store.takeTurn('alpha', LIMIT_MS)) ?? '';
  await expect(store.leaveTurn('alpha', turn)).rejects.toThrow('closed');
  expect(await other.takeTurn('alpha', LIMIT_MS)).toBeNull();
  Reflect.deleteProperty(redis, 'evalsha');
  expect(await store.takeTurn('alpha', LIMIT_MS)).not.toBeNull();
  expect(await store.takeTurn('alpha', LIMIT_MS)).toBeNull();
});

it('a turn of which the answer was lost is the own when it is asked for again', async () => {
  const store = new ModelStore(
    changed({
      set: async (...args: Parameters<Redis['set']>) => {
        await the.redis.set(...args);
        return the.redis.set(...args);
      },
    }),
  );
  expect(await store.takeTurn('alpha', LIMIT_MS)).not.toBeNull();
  expect(await store.takeTurn('alpha', LIMIT_MS)).toBeNull();
});

it('a turn of which it was never known whether it was given is no obstacle to the next', async () => {
  const redis = changed({
    set: async (...args: Parameters<Redis['set']>) => {
      await the.redis.set(...args);
      return broken();
    },
  });
  const store = new ModelStore(redis);
  await expect(store.takeTurn('alpha', LIMIT_MS)).rejects.toThrow('closed');
  Reflect.deleteProperty(redis, 'set');
  expect(await store.takeTurn('alpha', LIMIT_MS)).not.toBeNull();
});

it('a turn lasts longer for who says that it goes on, and for nobody else', async () => {
  const store = new ModelStore(the.redis);
  const left = () => the.redis.pttl(siteModelKeys('alpha').look);
  const turn = (await store.takeTurn('alpha', LIMIT_MS)) ?? '';
  await store.keepTurn('alpha', 'another', 10 * LIMIT_MS);
  expect(await left()).toBeLessThanOrEqual(LIMIT_MS);
  await store.keepTurn('alpha', turn, 10 * LIMIT_MS);
  expect(await left()).toBeGreaterThan(LIMIT_MS);
  await store.leaveTurn('alpha', turn);
  await store.keepTurn('alpha', turn, LIMIT_MS);
  expect(await store.takeTurn('alpha', LIMIT_MS)).not.toBeNull();
});

describe('who looks at a site', () => {
  const TURN: LookTurn = { lastsMs: LIMIT_MS, renewedEveryMs: 1_000, longestMs: 5_000 };
  afterEach(() => {
    jest.useRealTimers();
  });

  it('says so while the look goes on, but not for ever', async () => {
    jest.useFakeTimers({ doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'Date'] });
    const clock = new TestClock();
    let answer = () => {};
    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const isAnswered = new Promise<void>((resolve) => (answer = resolve));
    const { provider } = memorySite(clock, (driver) =>
      changedDriver(driver, {
        survey: async (cx) => {
          begun();
          await isAnswered;
          return driver.survey(cx);
        },
      }),
    );
    const store = new ModelStore(the.redis);
    const kept = jest.spyOn(store, 'keepTurn');
    const looking = new SiteRefresher(store, clock, silentLog(), TURN).look(provider);
    await hasBegun;
    for (let second = 0; second < 20; second += 1) {
      clock.advance(TURN.renewedEveryMs);
      jest.advanceTimersByTime(TURN.renewedEveryMs);
    }
    expect(kept).toHaveBeenCalledTimes(TURN.longestMs / TURN.renewedEveryMs);
    answer();
    expect((await looking).kind).toBe('BELIEVED');
    jest.advanceTimersByTime(20 * TURN.renewedEveryMs);
    expect(kept).toHaveBeenCalledTimes(TURN.longestMs / TURN.renewedEveryMs);
  });
});
