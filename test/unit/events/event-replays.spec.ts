import type { Redis } from 'ioredis';
import type { OperationEvent } from '../../../src/domain/operation-event.js';
import { RecentEvents } from '../../../src/events/recent-events.js';
import { RedisEventReplays } from '../../../src/events/redis-event-replays.js';

const COUNT = 5_000;

function entry(at: number, text: string): [string, string[]] {
  const event: OperationEvent = {
    type: 'operation.progressed',
    operationId: 'alpha.1',
    sequence: at,
    time: '2030-01-01T00:00:00.000Z',
    state: 'RUNNING',
    outcome: null,
    progressPercent: null,
    text,
  };
  return [`${at}-0`, ['e', JSON.stringify(event)]];
}

/** The stream of a shard, and how often it was read. */
function streamOf(textOf: (at: number) => string, onRead: () => void = () => undefined) {
  let reads = 0;
  const redis = {
    xrevrange: (_key: string, from: string, _to: string, _word: string, count: number) => {
      reads += 1;
      onRead();
      const first = Number(from.split('-')[0]);
      const places = Array.from({ length: Math.min(count, first) }, (_, i) => first - i);
      return Promise.resolve(places.map((at) => entry(at, textOf(at))));
    },
    xrange: () => Promise.resolve([]),
  };
  return { redis: redis as unknown as Redis, reads: () => reads };
}

async function all(pages: AsyncGenerator<{ events: readonly unknown[] }>): Promise<number> {
  let count = 0;
  for await (const { events } of pages) count += events.length;
  return count;
}

it.each([
  ['even', () => 'x'.repeat(900)],
  ['uneven', (at: number) => 'x'.repeat(at % 700 < 20 ? 40_000 : 10)],
  ['long', () => 'x'.repeat(20_000)],
])('reads no page twice when there is not room for all of them: %s texts', async (_what, textOf) => {
  const stream = streamOf(textOf);
  const replays = new RedisEventReplays(stream.redis, new RecentEvents(4_000_000));
  expect(await replays.reach(1, '1-0', `${COUNT}-0`)).toBe(false);
  expect(stream.reads()).toBeLessThanOrEqual(COUNT / 500);
});

it('does not begin again when what it read is cut off meanwhile', async () => {
  const recent = new RecentEvents(4_000_000);
  let next = COUNT;
  const stream = streamOf(
    () => '',
    () => {
      for (let i = 0; i < 40; i += 1) {
        next += 1;
        const event = JSON.parse(entry(next, '')[1][1] ?? '') as OperationEvent;
        recent.add(1, [{ fed: { shard: 1, offset: `${next}-0`, event }, bytes: 100_000 }]);
      }
    },
  );
  const replays = new RedisEventReplays(stream.redis, recent);
  expect(await replays.reach(1, '1-0', `${COUNT}-0`)).toBe(false);
  expect(stream.reads()).toBe(1);
});

it('says so before it asks the store for what is not held any more', async () => {
  const stream = streamOf(() => '');
  const recent = new RecentEvents();
  const replays = new RedisEventReplays(stream.redis, recent);
  expect(await replays.reach(1, '4990-0', `${COUNT}-0`)).toBe(true);
  let asked = 0;
  const onStore = (): void => void (asked += 1);
  expect(await all(replays.between(1, '4990-0', `${COUNT}-0`, onStore))).toBe(10);
  expect(asked).toBe(0);
  recent.forget(1);
  await all(replays.between(1, '4990-0', `${COUNT}-0`, onStore));
  expect(asked).toBe(1);
});
