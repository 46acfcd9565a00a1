import type { Change } from '../../../src/domain/operation-change.js';
import { EventConsumption, CONSUMPTION } from '../../../src/events/event-consumption.js';
import type { EventConsumer } from '../../../src/events/event-consumer.js';
import type { FedEvent } from '../../../src/events/event-feed.js';
import { RedisConsumerTurns } from '../../../src/events/redis-consumer-turns.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { operationKeys, shardOf, SHARDS } from '../../../src/platform/redis/keys.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { at } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();
const SOON = { ...CONSUMPTION, lookMs: 20, storeFailureMs: 20, failureMs: 1, mostFailureMs: 10, renewMs: 50 };
const shard = shardOf('alpha');
const underway: EventConsumption[] = [];

afterEach(async () => {
  for (const consumption of underway.splice(0)) await consumption.stop(1_000);
});

let store: RedisOperationStore;
beforeEach(() => {
  store = new RedisOperationStore(the.redis, new TestClock());
});

async function operationWith(events: number, siteId = 'alpha'): Promise<string> {
  const operation = newcomer({ siteId });
  await store.accept(operation, null);
  for (let i = 1; i < events; i += 1) await delay(operation.id, i);
  return operation.id;
}

async function delay(id: string, i: number): Promise<void> {
  const change: Change = { kind: 'DELAYED', notBefore: at(i), text: `Try ${i}.` };
  await store.transition(id, change);
}

/** A worker that tells the consumer, until the test ends. */
function worker(
  name: string,
  consumers: EventConsumer[],
  turnMs = 60_000,
  settings = SOON,
): EventConsumption {
  const turns = new RedisConsumerTurns(the.redis, name, turnMs);
  const consumption = new EventConsumption(consumers, turns, silentLog(), settings);
  underway.push(consumption);
  consumption.start();
  return consumption;
}

class Listener implements EventConsumer {
  readonly heard: FedEvent[] = [];
  readonly gaps: number[] = [];
  /** What it had been told before each. */
  readonly after: string[] = [];
  /** Throws as often as this says. */
  failing = 0;

  constructor(
    readonly name = 'listener',
    readonly begins?: 'FIRST' | 'NEXT',
  ) {}

  handle(events: readonly FedEvent[]): Promise<void> {
    if (this.failing > 0) {
      this.failing -= 1;
      return Promise.reject(new Error('not now'));
    }
    this.heard.push(...events);
    return Promise.resolve();
  }

  onGap(place: number, after: string): Promise<void> {
    this.gaps.push(place);
    this.after.push(after);
    return Promise.resolve();
  }

  of(id: string): number[] {
    return this.heard.filter(({ event }) => event.operationId === id).map(({ event }) => event.sequence);
  }

  async until(id: string, count: number): Promise<number[]> {
    await eventuallyTrue(`${count} events of ${id}`, () => this.of(id).length >= count);
    return this.of(id);
  }
}

const positionOf = (name: string) => the.redis.hget(`drg:{s${shard}}:consumer:${name}`, 'at');

async function lastOffset(): Promise<string | undefined> {
  return (await the.redis.xrevrange(operationKeys(shard).events, '+', '-', 'COUNT', 1))[0]?.[0];
}

async function untilKept(name = 'listener'): Promise<void> {
  await eventuallyTrue('the position is kept', async () => (await positionOf(name)) === (await lastOffset()));
}

it('tells what was written before and what is written now, in order, at sites of every shard', async () => {
  const ids = await Promise.all(Array.from({ length: 16 }, (_, i) => operationWith(3, `site-${i}`)));
  const listener = new Listener();
  worker('one', [listener]);
  for (const id of ids) expect(await listener.until(id, 3)).toEqual([1, 2, 3]);
  for (const id of ids) await delay(id, 9);
  for (const id of ids) expect(await listener.until(id, 4)).toEqual([1, 2, 3, 4]);
  expect(listener.gaps).toEqual([]);
});

it('passes over what cannot be read, also where it is everything that is read at once', async () => {
  const id = await operationWith(1);
  for (const text of ['{"operationId":', 'null', '7'])
    await the.redis.xadd(operationKeys(shard).events, '*', 'e', text);
  await delay(id, 1);
  const listener = new Listener();
  worker('one', [listener], 60_000, { ...SOON, mostAtOnce: 2 });
  expect(await listener.until(id, 2)).toEqual([1, 2]);
  await the.redis.xadd(operationKeys(shard).events, '*', 'e', '{}');
  await untilKept();
  expect(listener.of(id)).toEqual([1, 2]);
});

it('is woken, and does not wait for its next look', async () => {
  const id = await operationWith(1);
  const listener = new Listener();
  const consumption = worker('one', [listener], 60_000, { ...SOON, lookMs: 600_000 });
  await listener.until(id, 1);
  await delay(id, 1);
  consumption.wake(shard);
  expect(await listener.until(id, 2)).toEqual([1, 2]);
});

it('tells a batch that failed again, and nothing of it is left out', async () => {
  const id = await operationWith(5);
  const listener = new Listener();
  listener.failing = 4;
  worker('one', [listener]);
  expect(await listener.until(id, 5)).toEqual([1, 2, 3, 4, 5]);
});

it('goes on after what was handled when another process begins', async () => {
  const id = await operationWith(2);
  const [first, second] = [new Listener(), new Listener()];
  const before = worker('one', [first]);
  await first.until(id, 2);
  await before.stop(1_000);
  await delay(id, 2);
  worker('two', [second]);
  expect(await second.until(id, 1)).toEqual([3]);
});

it('keeps a position of its own for each consumer', async () => {
  const id = await operationWith(2);
  const early = new Listener('early');
  worker('one', [early]);
  await early.until(id, 2);
  const late = new Listener('late');
  worker('two', [new Listener('early'), late]);
  expect(await late.until(id, 2)).toEqual([1, 2]);
  expect(early.of(id)).toEqual([1, 2]);
});

it('refuses two consumers of one name', () => {
  const turns = new RedisConsumerTurns(the.redis, 'one', 1_000);
  expect(() => new EventConsumption([new Listener(), new Listener()], turns, silentLog())).toThrow(
    /share a name/,
  );
});

it('begins with what comes next, for a consumer that wants that', async () => {
  const id = await operationWith(3);
  const listener = new Listener('listener', 'NEXT');
  worker('one', [listener]);
  await untilKept();
  await delay(id, 3);
  expect(await listener.until(id, 1)).toEqual([4]);
});

describe('of several processes', () => {
  it('one tells at a time, and nothing comes twice', async () => {
    const listeners = [new Listener(), new Listener(), new Listener()];
    listeners.forEach((listener, i) => worker(`worker ${i}`, [listener]));
    const id = await operationWith(30);
    const heard = () => listeners.flatMap((listener) => listener.of(id));
    await eventuallyTrue('all was told', () => heard().length >= 30);
    await untilKept();
    expect(heard()).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('another one takes over when one is gone without a word', async () => {
    const id = await operationWith(2);
    const asking = { consumer: { name: 'listener' }, shard };
    const dead = new RedisConsumerTurns(the.redis, 'dead', 100);
    expect((await dead.next(asking, 10, null))?.events).toHaveLength(2);
    const listener = new Listener();
    worker('alive', [listener]);
    expect(await listener.until(id, 2)).toEqual([1, 2]);
    // What it says afterwards moves nothing.
    expect(await dead.next(asking, 10, '1-1')).toBeNull();
    await untilKept();
  });

  it('a turn is kept while a batch takes long', async () => {
    const id = await operationWith(1);
    let release: () => void = () => undefined;
    const slow = new Listener();
    slow.handle = async (events) => {
      await new Promise<void>((resolve) => (release = resolve));
      slow.heard.push(...events);
    };
    let renewals = 0;
    const turns = new RedisConsumerTurns(the.redis, 'slow', 3_000);
    const renew = turns.renew.bind(turns);
    turns.renew = (asking) => {
      renewals += 1;
      return renew(asking);
    };
    const consumption = new EventConsumption([slow], turns, silentLog(), SOON);
    underway.push(consumption);
    consumption.start();
    await eventuallyTrue('it was renewed', () => renewals > 2);
    release();
    expect(await slow.until(id, 1)).toEqual([1]);
    await untilKept();
  });
});

describe('a gap', () => {
  async function handledThenAway(): Promise<string> {
    const id = await operationWith(2);
    const listener = new Listener();
    const before = worker('one', [listener]);
    await untilKept();
    await before.stop(1_000);
    return id;
  }

  it('is told when events were trimmed before they were read, and then what is left', async () => {
    const id = await handledThenAway();
    const last = await lastOffset();
    for (let i = 3; i <= 8; i += 1) await delay(id, i);
    await the.redis.xtrim(operationKeys(shard).events, 'MAXLEN', 2);
    const listener = new Listener();
    worker('two', [listener]);
    expect(await listener.until(id, 2)).toEqual([7, 8]);
    await untilKept();
    expect(listener.gaps).toEqual([shard]);
    expect(listener.after).toEqual([last]);
  });

  it('is told to a newcomer whom the oldest events are missing', async () => {
    const id = await operationWith(5);
    await the.redis.xtrim(operationKeys(shard).events, 'MAXLEN', 2);
    const listener = new Listener();
    worker('one', [listener]);
    expect(await listener.until(id, 2)).toEqual([4, 5]);
    expect(listener.gaps).toEqual([shard]);
    expect(listener.after).toEqual(['0']);
  });

  it('is told when the stream is another one than it was, and everything in it', async () => {
    await handledThenAway();
    await the.redis.del(operationKeys(shard).events);
    const listener = new Listener();
    worker('two', [listener]);
    await eventuallyTrue('the gap is told', () => listener.gaps.length > 0);
    const other = await operationWith(2);
    expect(await listener.until(other, 2)).toEqual([1, 2]);
    await untilKept();
    expect(listener.gaps).toEqual([shard]);
  });

  it('is not told when nothing was missed', async () => {
    const id = await handledThenAway();
    await delay(id, 5);
    await the.redis.xtrim(operationKeys(shard).events, 'MAXLEN', 2);
    const listener = new Listener();
    worker('two', [listener]);
    expect(await listener.until(id, 1)).toEqual([3]);
    expect(listener.gaps).toEqual([]);
  });
});

it('goes on when the store was away for a while', async () => {
  const id = await operationWith(1);
  const turns = new RedisConsumerTurns(the.redis, 'one', 60_000);
  const next = turns.next.bind(turns);
  let away = 30;
  turns.next = (...asked) => (away-- > 0 ? Promise.reject(new Error('away')) : next(...asked));
  const listener = new Listener();
  const consumption = new EventConsumption([listener], turns, silentLog(), SOON);
  underway.push(consumption);
  consumption.start();
  expect(await listener.until(id, 1)).toEqual([1]);
});

it('gives its turns back at the end', async () => {
  await operationWith(1);
  const before = worker('one', [new Listener()]);
  await untilKept();
  await before.stop(1_000);
  for (const each of SHARDS) {
    const asking = { consumer: { name: 'listener' }, shard: each };
    expect(await new RedisConsumerTurns(the.redis, 'two', 1_000).next(asking, 1, null)).not.toBeNull();
  }
});

it('tells how long events have waited for a consumer', async () => {
  const turns = new RedisConsumerTurns(the.redis, 'one', 1_000);
  const { events } = operationKeys(shard);
  await the.redis.xadd(events, '1000-0', 'e', '{}');
  const asking = { consumer: { name: 'listener' }, shard };
  await turns.next(asking, 1, null);
  await turns.next(asking, 0, '1000-0');
  expect(await turns.lagSeconds(asking.consumer, 10_000)).toBe(0);
  await the.redis.xadd(events, '8500-0', 'e', '{}');
  expect(await turns.lagSeconds(asking.consumer, 10_000)).toBe(1.5);
});
