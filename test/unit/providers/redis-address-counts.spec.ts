import { silentLog } from '../../../src/platform/log/log.js';
import { requestBudgetKey } from '../../../src/platform/redis/keys.js';
import { inLane, type Lane } from '../../../src/providers/lanes.js';
import { RedisAddressCounts } from '../../../src/providers/redis-address-counts.js';
import { RequestBudget } from '../../../src/providers/request-budget.js';
import { KEPT_SLOTS } from '../../../src/providers/request-window.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();
const KEY = requestBudgetKey('appliance.example:443/60s');
const MINUTE = { windowMs: 60_000, most: 100, urgency: 'NONE' as const };

/** One gateway process: a connection, a session and a clock of its own. */
function process(session: number | null = 50) {
  const clock = new TestClock();
  const limits = {
    address: { requests: 100, windowSeconds: 60 },
    session: session === null ? null : { requests: session, windowSeconds: 60 },
  };
  const counts = new RedisAddressCounts(the.connect(), clock, silentLog());
  const pause = (): Promise<void> => Promise.resolve();
  const budget = new RequestBudget('https://appliance.example/api', limits, { counts, clock, pause });
  return { budget, counts, clock };
}

/** All at once. */
async function flood(budget: RequestBudget, lane: Lane, requests: number): Promise<number> {
  const taken = await Promise.allSettled(
    Array.from({ length: requests }, () => inLane(lane, () => budget.take())),
  );
  return taken.filter(({ status }) => status === 'fulfilled').length;
}

async function currentSlot(): Promise<number> {
  const [seconds] = await the.redis.time();
  return Number(seconds);
}

describe('the budget of an address, shared by processes', () => {
  it('keeps two processes that flood it within the limit of the address', async () => {
    const [one, other] = [process(null), process(null)];
    const taken = await Promise.all([
      flood(one.budget, 'EMERGENCY', 200),
      flood(other.budget, 'EMERGENCY', 200),
    ]);
    expect(taken[0] + taken[1]).toBe(100);
    expect(await one.budget.use()).toMatchObject({ limit: 100, used: 100 });
  });

  it('keeps each of three processes within the limit of its session, and all within that of the address', async () => {
    const three = [process(), process(), process()];
    const taken = await Promise.all(three.map(({ budget }) => flood(budget, 'EMERGENCY', 120)));
    expect(taken.reduce((sum, n) => sum + n)).toBe(100);
    expect(Math.max(...taken)).toBeLessThanOrEqual(50);
  });

  it('has a place for an action at once while two processes flood it with refreshes', async () => {
    const [one, other] = [process(null), process(null)];
    const taken = await Promise.all([flood(one.budget, 'REFRESH', 200), flood(other.budget, 'REFRESH', 200)]);
    expect(taken[0] + taken[1]).toBe(50);
    expect(await flood(other.budget, 'ACTION', 5)).toBe(5);
    expect(await flood(other.budget, 'EMERGENCY', 1)).toBe(1);
  });

  it('is left alone by both processes when one of them is told to', async () => {
    const [one, other] = [process(), process()];
    await one.budget.heard({ status: 429, headers: { 'retry-after': '30' }, text: '', json: undefined });
    for (const { budget } of [one, other]) {
      expect(await flood(budget, 'EMERGENCY', 3)).toBe(0);
      expect((await budget.use()).awayMs).toBeGreaterThan(25_000);
    }
  });

  it('lets a send go where only reads are to stay away', async () => {
    const [one, other] = [process(), process()];
    await one.budget.heard({ status: 429, headers: {}, text: '', json: undefined });
    expect(await flood(other.budget, 'ACTION', 1)).toBe(0);
    expect(await flood(other.budget, 'EMERGENCY', 1)).toBe(1);
  });

  it('counts what was asked within the window and forgets what is older, in a state of constant size', async () => {
    const { counts } = process();
    const slot = await currentSlot();
    await the.redis.hset(KEY, {
      [String((slot - 30) % KEPT_SLOTS)]: `${slot - 30}:90`,
      [String((slot - 200) % KEPT_SLOTS)]: `${slot - 200}:50`,
    });
    expect(await counts.look('appliance.example:443/60s', 60_000)).toEqual({ used: 90, awayMs: 0 });
    const many = await Promise.all(
      Array.from({ length: 12 }, () => counts.take('appliance.example:443/60s', MINUTE)),
    );
    expect(many.filter(({ taken }) => taken)).toHaveLength(10);
    const [wait = 0] = many.filter(({ taken }) => !taken).map(({ waitMs }) => waitMs);
    expect(wait).toBeGreaterThan((KEPT_SLOTS - 30 - 5) * 1000);
    expect(wait).toBeLessThanOrEqual((KEPT_SLOTS - 30) * 1000);
    expect(await the.redis.hlen(KEY)).toBeLessThanOrEqual(KEPT_SLOTS);
  });

  it('takes several places together or none, over processes, and what is not used is free again', async () => {
    const [one, other] = [process(null), process(null)];
    await inLane('EMERGENCY', () => one.budget.together(80, () => Promise.resolve()));
    expect(await other.budget.use()).toMatchObject({ used: 0 });
    const work = (): Promise<void> => Promise.resolve();
    await inLane('EMERGENCY', () =>
      one.budget.together(60, async () => {
        const refused = inLane('EMERGENCY', () => other.budget.together(41, work));
        await expect(refused).rejects.toMatchObject({ kind: 'RATE_LIMITED', heldBack: true });
        expect(await other.budget.use()).toMatchObject({ used: 60 });
        await inLane('EMERGENCY', () => other.budget.together(40, () => other.budget.take()));
      }),
    );
    expect(await one.budget.use()).toMatchObject({ used: 1 });
  });

  it('lets actions of all processes try a minute after a long 503, and all when one of them had an answer', async () => {
    const [one, other] = [process(), process()];
    await one.counts.stayAway('appliance.example:443/60s', 'ALL_BUT_ACTIONS', 3_600_000);
    expect(await flood(other.budget, 'REFRESH', 1)).toBe(0);
    expect(await flood(other.budget, 'ACTION', 1)).toBe(1);
    await other.budget.heard({ status: 200, headers: {}, text: '', json: undefined });
    expect(await flood(one.budget, 'REFRESH', 1)).toBe(1);
  });

  it('is gone from Redis when nobody asks any more', async () => {
    const { counts } = process();
    await counts.take('appliance.example:443/60s', MINUTE);
    expect(await the.redis.pttl(KEY)).toBeGreaterThan(60_000);
    await counts.stayAway('appliance.example:443/60s', 'EVERYBODY', 3_600_000);
    expect(await the.redis.pttl(KEY)).toBeGreaterThan(3_590_000);
  });

  it('counts without a limit what has no later time', async () => {
    const { budget } = process(null);
    await flood(budget, 'EMERGENCY', 120);
    await budget.takeAnyway();
    expect(await budget.use()).toMatchObject({ used: 101 });
  });
});

describe('the budget of an address without Redis', () => {
  it('goes by what the process asked itself, also before Redis went', async () => {
    const clock = new TestClock();
    const redis = the.connect();
    const counts = new RedisAddressCounts(redis, clock, silentLog());
    const take = () => counts.take('appliance.example:443/60s', { ...MINUTE, most: 3 });
    expect((await take()).taken).toBe(true);
    redis.disconnect();
    expect([(await take()).taken, (await take()).taken, (await take()).taken]).toEqual([true, true, false]);
  });

  it('still leaves alone who asked for it', async () => {
    const redis = the.connect();
    const counts = new RedisAddressCounts(redis, new TestClock(), silentLog());
    redis.disconnect();
    await counts.stayAway('appliance.example:443/60s', 'EVERYBODY', 5_000);
    expect(await counts.take('appliance.example:443/60s', MINUTE)).toMatchObject({
      taken: false,
      waitMs: 5_000,
    });
  });
});
