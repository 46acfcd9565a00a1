import type { Change } from '../../../src/domain/operation-change.js';
import type { FedEvent } from '../../../src/events/event-feed.js';
import { RedisEventFeed } from '../../../src/events/redis-event-feed.js';
import { RedisEventTail } from '../../../src/events/redis-event-tail.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { SHARDS } from '../../../src/platform/redis/keys.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { at } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();
const tails: RedisEventTail[] = [];

afterEach(async () => {
  for (const tail of tails.splice(0)) await tail.stop();
});

async function opened() {
  const blocking = the.connect();
  const tail = new RedisEventTail(the.redis, [{ shards: SHARDS, connection: blocking }], silentLog());
  const feed = new RedisEventFeed(the.redis, tail);
  const store = new RedisOperationStore(the.redis, new TestClock());
  const start = async () => {
    await tail.start();
    tails.push(tail);
  };
  return { feed, tail, store, blocking, start };
}

/** An operation with this many events. */
async function operationWith(store: RedisOperationStore, events: number, siteId = 'alpha'): Promise<string> {
  const operation = newcomer({ siteId });
  await store.accept(operation, null);
  for (let i = 1; i < events; i += 1) await store.transition(operation.id, delay(i));
  return operation.id;
}

function delay(i: number): Change {
  return { kind: 'DELAYED', notBefore: at(i), text: `Try ${i}.` };
}

/** Follows an operation; `until(n)` resolves with the first n events. */
function following(feed: RedisEventFeed, operationId: string) {
  const heard: FedEvent[] = [];
  let wake: () => void = () => undefined;
  const leave = feed.follow(operationId, (event) => {
    heard.push(event);
    wake();
  });
  const until = async (count: number) => {
    while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return heard.map(({ event }) => event.sequence);
  };
  return { heard, until, leave };
}

describe('replaying', () => {
  it('tells every event of the operation in order, and of no other', async () => {
    const { feed, store } = await opened();
    const id = await operationWith(store, 4);
    await operationWith(store, 3);
    const events = await feed.replay(id, '0');
    expect(events.map(({ event }) => [event.operationId, event.sequence])).toEqual(
      [1, 2, 3, 4].map((n) => [id, n]),
    );
  });

  it('goes on after the offset of each event', async () => {
    const { feed, store } = await opened();
    const id = await operationWith(store, 5);
    const all = await feed.replay(id, '0');
    for (const [i, { offset }] of all.entries())
      expect(await feed.replay(id, offset)).toEqual(all.slice(i + 1));
  });

  it.each(['nonsense', 'alpha.unheard-of', ''])('tells nothing of %j', async (id) => {
    const { feed, store } = await opened();
    await operationWith(store, 2);
    expect(await feed.replay(id, '0')).toEqual([]);
  });
});

describe('following', () => {
  it('tells what happens from now on, with the offsets that replaying has', async () => {
    const { feed, store, start } = await opened();
    const id = await operationWith(store, 2);
    await start();
    const { heard, until } = following(feed, id);
    await store.transition(id, delay(7));
    await store.transition(id, delay(8));
    expect(await until(2)).toEqual([3, 4]);
    expect(heard).toEqual((await feed.replay(id, '0')).slice(2));
  });

  it('tells each follower of his own operation, at sites of every shard', async () => {
    const { feed, store, start } = await opened();
    const ids: string[] = [];
    for (let i = 0; i < 24; i += 1) ids.push(await operationWith(store, 1, `site-${i}`));
    await start();
    const followers = ids.map((id) => following(feed, id));
    for (const id of ids) await store.transition(id, delay(1));
    for (const [i, follower] of followers.entries()) {
      expect(await follower.until(1)).toEqual([2]);
      expect(follower.heard.every(({ event }) => event.operationId === ids[i])).toBe(true);
    }
  });

  it('tells nothing more to whoever has left', async () => {
    const { feed, store, start } = await opened();
    const id = await operationWith(store, 1);
    await start();
    const [staying, leaving] = [following(feed, id), following(feed, id)];
    leaving.leave();
    await store.transition(id, delay(1));
    await staying.until(1);
    expect(leaving.heard).toEqual([]);
  });

  it('goes on without a gap when its connection was cut', async () => {
    const { feed, store, blocking, start } = await opened();
    const id = await operationWith(store, 1);
    await start();
    const { until } = following(feed, id);
    await store.transition(id, delay(1));
    await until(1);
    blocking.disconnect(true);
    await store.transition(id, delay(2));
    await store.transition(id, delay(3));
    expect(await until(3)).toEqual([2, 3, 4]);
  });

  it('ends at once when it is stopped, although it waits for events', async () => {
    const { tail, start } = await opened();
    await start();
    tails.length = 0;
    await expect(tail.stop()).resolves.toBeUndefined();
  });
});
