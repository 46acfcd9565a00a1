import type { Redis } from 'ioredis';
import { RedisClockSkew } from '../../../src/platform/redis/redis-clock-skew.js';
import { recordingLog } from '../support/recording-log.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

/** A Redis whose clock is that of the test, off by so much; its answer takes its time. */
function skewed(aheadMs: number, answerTakesMs = 0, limitSeconds = 30) {
  const clock = new TestClock();
  const { log, lines } = recordingLog();
  const away = { now: false };
  const redis = {
    time: () => {
      if (away.now) return Promise.reject(new Error('Connection is closed.'));
      const theirs = clock.now() + answerTakesMs / 2 - aheadMs;
      clock.advance(answerTakesMs);
      return Promise.resolve([String(Math.floor(theirs / 1_000)), String((theirs % 1_000) * 1_000)]);
    },
  };
  return {
    skew: new RedisClockSkew(redis as unknown as Redis, clock, log, limitSeconds),
    clock,
    lines,
    away,
  };
}

it('is not known, and holds nothing back, before it was measured', () => {
  const { skew } = skewed(90_000);
  expect([skew.skewMs(), skew.fault()]).toEqual([null, null]);
});

it.each([1_999, -1_999, 0])('of %d ms is nothing to speak of', async (ms) => {
  const { skew, lines } = skewed(ms);
  await skew.measure();
  expect([skew.skewMs(), skew.fault(), lines]).toEqual([ms, null, []]);
});

it('of more than two seconds is told, once', async () => {
  const { skew, lines } = skewed(-2_500);
  for (let i = 0; i < 20; i += 1) await skew.measure();
  expect(skew.fault()).toBeNull();
  expect(lines).toEqual([
    [{ skewMs: -2_500 }, "This machine's clock is 2.5 s behind that of the Redis server."],
  ]);
});

it('of more than thirty seconds lets nothing be sent', async () => {
  const { skew } = skewed(31_000);
  await skew.measure();
  expect(skew.fault()).toBe(
    "This machine's clock is 31.0 s ahead of that of the Redis server. More than 30 s (CLOCK_SKEW_LIMIT_SECONDS) is too far: nothing is sent until they agree.",
  );
});

it('of more than thirty seconds is only told where somebody has raised the limit', async () => {
  const { skew, lines } = skewed(-89_000, 0, 90);
  await skew.measure();
  expect([skew.fault(), lines.length]).toEqual([null, 1]);
  const beyond = skewed(-91_000, 0, 90);
  await beyond.skew.measure();
  expect(beyond.skew.fault()).toMatch(/More than 90 s \(CLOCK_SKEW_LIMIT_SECONDS\)/);
});

it('is not blamed for the way to Redis and back', async () => {
  const { skew } = skewed(0, 900);
  await skew.measure();
  expect(skew.skewMs()).toBe(0);
});

it('stays as it was when the answer took too long, or there was none', async () => {
  const slow = skewed(5_000, 1_100);
  await slow.skew.measure();
  expect(slow.skew.skewMs()).toBeNull();
  const { skew, away } = skewed(5_000);
  await skew.measure();
  away.now = true;
  await skew.measure();
  expect(skew.skewMs()).toBe(5_000);
});

it('is noticed at once when the clock is set after it was measured, and when it is put right', async () => {
  const { skew, clock } = skewed(100);
  await skew.measure();
  const right = clock.now.bind(clock);
  clock.now = () => right() - 3_600_000;
  expect(skew.skewMs()).toBe(100 - 3_600_000);
  expect(skew.fault()).toMatch(/behind/);
  clock.now = right;
  clock.advance(60_000);
  expect([skew.skewMs(), skew.fault()]).toEqual([100, null]);
});

it('is read from a real server', async () => {
  const clock = new TestClock(Date.now() - 60_000);
  const skew = new RedisClockSkew(the.redis, clock, recordingLog().log, 30);
  await skew.measure();
  expect(skew.skewMs()).toBeLessThan(-50_000);
  expect(skew.fault()).toMatch(/behind/);
});
