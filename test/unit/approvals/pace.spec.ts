import { Pace } from '../../../src/approvals/redis-pace.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

it('lets so many through within any minute, and says when there is a place again', async () => {
  const clock = new TestClock();
  const pace = new Pace(the.redis, clock, 3);
  const take = (what: string) => pace.take('MOVE', 'ada', what);
  expect(await take('a')).toBe(0);
  clock.advance(20_000);
  expect([await take('b'), await take('c')]).toEqual([0, 0]);
  expect(await take('d')).toBe(40_000);
  clock.advance(40_000);
  expect(await take('d')).toBe(0);
  // The two of a minute less 20 s ago still count.
  expect(await take('e')).toBe(20_000);
});

it('of a thousand at once in two processes lets through no more', async () => {
  const clock = new TestClock();
  const here = new Pace(the.redis, clock, 10);
  const there = new Pace(the.connect(), clock, 10);
  const waits = await Promise.all(
    Array.from({ length: 1_000 }, (_, i) =>
      (i % 2 === 0 ? here : there).take('MOVE', 'ada', `operation ${i}`),
    ),
  );
  expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
  for (const wait of waits.filter((one) => one !== 0)) expect(wait).toBe(60_000);
});

it('counts the same thing once, and what came to nothing not at all', async () => {
  const pace = new Pace(the.redis, new TestClock(), 1);
  for (let i = 0; i < 5; i += 1) expect(await pace.take('MOVE', 'ada', 'same')).toBe(0);
  expect(await pace.take('MOVE', 'ada', 'other')).toBeGreaterThan(0);
  await pace.giveBack('MOVE', 'ada', 'same');
  expect(await pace.take('MOVE', 'ada', 'other')).toBe(0);
});

it('counts everybody for themselves, whatever they are called', async () => {
  const pace = new Pace(the.redis, new TestClock(), 1);
  for (const id of ['ada', 'ben', 'key:{1}', 'acme:{x}y']) expect(await pace.take('MOVE', id, 'a')).toBe(0);
  expect(await pace.take('ASK', 'ada', 'a')).toBe(0);
  expect(await pace.take('MOVE', 'ada', 'b')).toBeGreaterThan(0);
});

it('leaves nothing behind once nobody asks', async () => {
  await new Pace(the.redis, new TestClock(), 1).take('MOVE', 'ada', 'a');
  const [key = ''] = await the.redis.keys('*pace*');
  expect(await the.redis.pttl(key)).toBeGreaterThan(0);
});
