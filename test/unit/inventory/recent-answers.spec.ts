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
    passing: () => first.read(provider, 'what is it?', false, ask, true),
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

describe('answers that are kept', () => {
  const found = async (store: AnswerStore, siteId: string, count: number) => {
    const all = Array.from({ length: count }, (_, i) => store.find(siteId, `q${i}`));
    return (await Promise.all(all)).flatMap((one, i) => (one ? [i] : []));
  };
  const answer = (takenMs: number, lastsMs: number) => ({
    takenMs,
    untilMs: takenMs + lastsMs,
    value: 'x'.repeat(1_000),
  });

  it('take so many bytes of a site at most: what is soonest of no use makes room', async () => {
    const store = new AnswerStore(the.redis, 10_500);
    for (let i = 0; i < 30; i += 1) await store.keep('crowded', `q${i}`, answer(1_000 + i, 60_000));
    expect(await found(store, 'crowded', 30)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    for (let i = 0; i < 50; i += 1) await store.keep('crowded', 'q29', answer(2_000 + i, 60_000));
    expect(await found(store, 'crowded', 30)).toHaveLength(10);
    await store.keep('crowded', 'q0', answer(2_100, 3_000));
    for (let i = 1; i < 9; i += 1) await store.keep('crowded', 'q0', answer(2_100 + i, 3_000));
    expect(await found(store, 'crowded', 30)).toContain(29);
    expect(await found(store, 'other', 30)).toEqual([]);
  });

  it('make room when they are of no use any more, and when they are forgotten', async () => {
    const store = new AnswerStore(the.redis);
    await store.keep('tidy', 'q0', answer(1_000, 3_000));
    await store.keep('tidy', 'q1', answer(5_000, 3_000));
    expect(await found(store, 'tidy', 2)).toEqual([1]);
    await store.forget('tidy', 'q1');
    expect(await found(store, 'tidy', 2)).toEqual([]);
  });

  it('are not those that are too large', async () => {
    const store = new AnswerStore(the.redis, 500);
    await store.keep('small', 'q0', answer(1_000, 3_000));
    expect(await found(store, 'small', 1)).toEqual([]);
  });

  it('are of no use for long where nobody asks just the same again', async () => {
    const { read, clock, fail, passing } = answers();
    await passing();
    expect(await passing()).toMatchObject({ value: 1, state: 'FRESH' });
    clock.advance(3_000);
    fail('UNAVAILABLE');
    await expect(passing()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
    await expect(read()).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  });
});

it('whoever asks after an event of ours does not share what was asked before it', async () => {
  const seconds = Number((await the.redis.time())[0]);
  const { read, clock, siteId, asked } = answers(new TestClock(seconds * 1000 - 2_000));
  let answer = (_value: number): void => undefined;
  let begun = (): void => undefined;
  const asking = new Promise<void>((resolve) => (begun = resolve));
  const slow = read(false, undefined, () => {
    begun();
    return new Promise<number>((resolve) => (answer = resolve));
  });
  await asking;
  await new RedisOperationStore(the.redis, clock).accept(newcomer({ siteId }), null);
  clock.advance(4_000);
  expect((await read()).value).toBe(1);
  expect(asked()).toBe(1);
  answer(0);
  expect((await slow).value).toBe(0);
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
