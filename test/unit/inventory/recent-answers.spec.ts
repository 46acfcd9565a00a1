import { RecentAnswers } from '../../../src/inventory/recent-answers.js';
import { AnswerStore } from '../../../src/inventory/redis-answer-store.js';
import { ModelStore } from '../../../src/inventory/redis-model-store.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { ProviderError, type ProviderErrorKind } from '../../../src/providers/provider-error.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { memorySite } from '../support/memory-site.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const { jest } = import.meta;
const the = redisForThisFile();

afterEach(() => {
  jest.useRealTimers();
});

/** Answers to one question, by the number of the asking. */
function answers(clock = new TestClock()) {
  const { provider, siteId } = memorySite(clock);
  const process = () =>
    new RecentAnswers(new AnswerStore(the.redis), new ModelStore(the.redis), clock, silentLog());
  const first = process();
  let asked = 0;
  let trouble: ProviderError | null = null;
  const ask = (): Promise<number> => {
    asked += 1;
    return trouble ? Promise.reject(trouble) : Promise.resolve(asked);
  };
  return {
    clock,
    siteId,
    process,
    asked: () => asked,
    fail: (kind: ProviderErrorKind | null) => (trouble = kind ? new ProviderError(kind, 'No.') : null),
    read: (insists = false, from = first, how: () => Promise<number> = ask) =>
      from.read(provider, 'what is it?', insists, how),
  };
}

describe('an answer', () => {
  it('of the last seconds is given again, by whichever process, with its age', async () => {
    const { read, process, clock, asked } = answers();
    expect(await read()).toEqual({ value: 1, ageMs: 0, state: 'FRESH' });
    clock.advance(2_999);
    expect(await read(false, process())).toEqual({ value: 1, ageMs: 2_999, state: 'FRESH' });
    clock.advance(1);
    expect(await read()).toEqual({ value: 2, ageMs: 0, state: 'FRESH' });
    expect(asked()).toBe(2);
  });

  it('is read anew for whoever insists, and kept for the others', async () => {
    const { read } = answers();
    await read();
    expect((await read(true)).value).toBe(2);
    expect((await read()).value).toBe(2);
  });

  it('is read once for all who ask at the same time', async () => {
    const { read, asked } = answers();
    const all = await Promise.all(Array.from({ length: 20 }, () => read()));
    expect(new Set(all.map(({ value }) => value))).toEqual(new Set([1]));
    expect(asked()).toBe(1);
  });

  it('is old when something of ours has happened at the site since', async () => {
    const seconds = Number((await the.redis.time())[0]);
    const { read, clock, siteId } = answers(new TestClock(seconds * 1000 - 2_000));
    await read();
    expect((await read()).value).toBe(1);
    await new RedisOperationStore(the.redis, clock).accept(newcomer({ siteId }), null);
    expect((await read()).value).toBe(2);
  });
});

describe('a site in trouble', () => {
  it.each([
    'UNAUTHENTICATED',
    'RATE_LIMITED',
    'UNAVAILABLE',
    'TIMEOUT',
    'BAD_ANSWER',
    'UPSTREAM_FAULT',
  ] as const)('with %s shows what it answered last, STALE', async (kind) => {
    const { read, fail, clock } = answers();
    await read();
    clock.advance(60_000);
    fail(kind);
    expect(await read()).toEqual({ value: 1, ageMs: 60_000, state: 'STALE' });
    fail(null);
    expect(await read()).toEqual({ value: 3, ageMs: 0, state: 'FRESH' });
  });

  it('is an error for whoever insists, and where nothing is known', async () => {
    const { read, fail } = answers();
    fail('UNAVAILABLE');
    await expect(read()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    fail(null);
    await read();
    fail('UNAVAILABLE');
    await expect(read(true)).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  });

  it('that hangs is waited for three seconds', async () => {
    const { read, clock } = answers();
    await read();
    clock.advance(10_000);
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date'] });
    let begun = () => {};
    const asking = new Promise<void>((resolve) => (begun = resolve));
    const reading = read(false, undefined, () => {
      begun();
      return new Promise(() => undefined);
    });
    await asking;
    while (jest.getTimerCount() === 0) await new Promise(setImmediate);
    jest.advanceTimersByTime(3_000);
    expect(await reading).toEqual({ value: 1, ageMs: 10_000, state: 'STALE' });
  });
});

it('what the site says of the thing itself is passed on, and what is gone is forgotten', async () => {
  const { read, fail, clock } = answers();
  await read();
  clock.advance(10_000);
  fail('PERMISSION_DENIED');
  await expect(read()).rejects.toMatchObject({ kind: 'PERMISSION_DENIED' });
  fail('NOT_FOUND');
  await expect(read()).rejects.toMatchObject({ kind: 'NOT_FOUND' });
  fail('UNAVAILABLE');
  await expect(read()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
});

it('without a store every read is a live one', async () => {
  const clock = new TestClock();
  const { provider } = memorySite(clock);
  const away = () => Promise.reject(new Error('Connection is closed.'));
  const store = Object.assign(new AnswerStore(the.redis), { find: away, keep: away, forget: away });
  const live = new RecentAnswers(store, new ModelStore(the.redis), clock, silentLog());
  expect(await live.read(provider, 'q', false, () => Promise.resolve(7))).toMatchObject({ value: 7 });
});
