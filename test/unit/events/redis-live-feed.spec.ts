import type { Change } from '../../../src/domain/operation-change.js';
import type { CloudEvent } from '../../../src/events/cloud-event.js';
import { CloudEvents } from '../../../src/events/cloud-events.js';
import type { EventFilter } from '../../../src/events/event-subject.js';
import type { LiveEvent } from '../../../src/events/live-feed.js';
import type { LivePlace } from '../../../src/events/live-place.js';
import { RecentEvents } from '../../../src/events/recent-events.js';
import { RedisEventFeed } from '../../../src/events/redis-event-feed.js';
import { EventSubjects } from '../../../src/events/redis-event-subjects.js';
import { RedisEventTail, type TailListener } from '../../../src/events/redis-event-tail.js';
import { RedisLiveFeed } from '../../../src/events/redis-live-feed.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { operationKeys, shardOf, SHARDS } from '../../../src/platform/redis/keys.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { gate } from '../support/gate.js';
import { at } from '../support/operation.js';
import { recordingLog } from '../support/recording-log.js';
import { NO_PAST } from '../support/no-past.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();
const tails: RedisEventTail[] = [];
let store: RedisOperationStore;

beforeEach(() => {
  store = new RedisOperationStore(the.redis, new TestClock());
});
afterEach(async () => {
  for (const tail of tails.splice(0)) await tail.stop();
});

/** @param before comes before anybody is told */
async function process(before: TailListener = () => undefined, log = silentLog(), redis = the.redis) {
  const connection = the.connect();
  const tail = new RedisEventTail(the.redis, [{ shards: SHARDS, connection }], log);
  tail.listen(before);
  const feed = new RedisLiveFeed(redis, tail, new EventSubjects(the.redis, NO_PAST, log));
  await tail.start();
  tails.push(tail);
  return { feed, connection };
}

async function accepted(siteId = 'alpha', requestedBy = 'admin'): Promise<string> {
  const operation = newcomer({ siteId, requestedBy });
  await store.accept(operation, null);
  return operation.id;
}

async function delay(id: string, i: number): Promise<void> {
  const change: Change = { kind: 'DELAYED', notBefore: at(i), text: `Try ${i}.` };
  await store.transition(id, change);
}

function listener(feed: RedisLiveFeed, filter: EventFilter = {}) {
  const heard: LiveEvent[] = [];
  let losses = 0;
  const following = feed.follow(filter, {
    events: (events) => heard.push(...events),
    lost: () => (losses += 1),
  });
  return {
    heard,
    ...following,
    losses: () => losses,
    until: (count: number) => eventuallyTrue(`${count} events`, () => heard.length >= count),
  };
}

const told = (events: readonly LiveEvent[]) =>
  events.map(({ fed: { event } }) => `${event.operationId} ${event.sequence}`);

async function replayed(feed: RedisLiveFeed, from: LivePlace, until: LivePlace, filter: EventFilter = {}) {
  const all: LiveEvent[] = [];
  for await (const page of feed.between(from, until, filter, () => undefined)) all.push(...page);
  return all;
}

const SITES = Array.from({ length: 12 }, (_, i) => `site-${i}`);

it('tells of all sites, with whose event it is, as a CloudEvent', async () => {
  const { feed } = await process();
  const all = listener(feed);
  const ids = await Promise.all(SITES.map((site) => accepted(site)));
  await all.until(ids.length);
  expect(told(all.heard).sort()).toEqual(ids.map((id) => `${id} 1`).sort());
  const body = JSON.parse(all.heard[0]?.body ?? '') as CloudEvent;
  const fed = all.heard[0]?.fed;
  expect(body).toMatchObject({
    specversion: '1.0',
    id: `${fed?.shard}.${fed?.offset}`,
    type: 'operation.accepted',
    subject: fed?.event.operationId,
    sequence: 1,
    data: {
      state: 'PENDING',
      requestedBy: 'admin',
      origin: 'GATEWAY',
      targetName: expect.any(String) as string,
    },
  });
});

it.each<[string, EventFilter, number]>([
  ['a site', { siteId: 'alpha' }, 2],
  ['who asked', { requestedBy: 'eve' }, 1],
  ['a type', { type: ['operation.delayed'] }, 1],
  ['an action that nobody asked for', { action: 'deleteRecoveryPlan' }, 0],
  ['an origin', { origin: 'GATEWAY' }, 4],
])('tells only what is wanted: %s, live and from the past', async (_what, filter, count) => {
  const { feed } = await process();
  const [some, all] = [listener(feed, filter), listener(feed)];
  const id = await accepted('alpha');
  await delay(id, 1);
  await accepted('beta', 'eve');
  await accepted('gamma');
  await all.until(4);
  expect(some.heard).toHaveLength(count);
  expect((await replayed(feed, some.place, feed.place(), filter)).map(({ body }) => body).sort()).toEqual(
    some.heard.map(({ body }) => body).sort(),
  );
});

it('writes an event out once for all who want it', async () => {
  const { feed } = await process();
  const readers = Array.from({ length: 5 }, () => listener(feed, { siteId: 'alpha' }));
  await accepted('alpha');
  for (const reader of readers) await reader.until(1);
  expect(new Set(readers.map(({ heard }) => heard[0])).size).toBe(1);
});

it('tells at once what was read at once, and the same to all who want it', async () => {
  const held = gate();
  const { feed } = await process(held.pass);
  const batches: (readonly LiveEvent[])[] = [];
  for (let i = 0; i < 2; i += 1)
    feed.follow({}, { events: (events) => batches.push(events), lost: () => undefined });
  const id = await accepted('alpha');
  await held.reached;
  for (let i = 1; i < 4; i += 1) await delay(id, i);
  held.open();
  await eventuallyTrue('two batches each', () => batches.length === 4);
  expect(batches[3]).toBe(batches[2]);
  expect(told(batches[3] ?? [])).toEqual([2, 3, 4].map((sequence) => `${id} ${sequence}`));
  expect(batches[3]?.at(-1)?.place).toEqual(feed.toldUntil());
});

it('tells nothing more to whoever has left', async () => {
  const { feed } = await process();
  const [staying, leaving] = [listener(feed), listener(feed)];
  leaving.leave();
  await accepted();
  await staying.until(1);
  expect(leaving.heard).toEqual([]);
});

it('goes on right after the place of any event, at another process too', async () => {
  const first = await process();
  const all = listener(first.feed);
  const ids = await Promise.all(SITES.map((site) => accepted(site)));
  for (const id of ids) await delay(id, 1);
  await all.until(2 * ids.length);
  const second = await process();
  for (const [i, event] of all.heard.entries()) {
    expect(await second.feed.resetFrom(event.place, {})).toBeNull();
    const rest = await replayed(second.feed, event.place, second.feed.place());
    expect(told(rest).sort()).toEqual(told(all.heard.slice(i + 1)).sort());
  }
});

it('the places of what is replayed can be gone on from as well', async () => {
  const { feed } = await process();
  const begin = feed.place();
  const all = listener(feed);
  const ids = await Promise.all(SITES.map((site) => accepted(site)));
  for (const id of ids) await delay(id, 1);
  await all.until(2 * ids.length);
  const whole = await replayed(feed, begin, feed.place());
  for (const [i, event] of whole.entries()) {
    const rest = await replayed(feed, event.place, feed.place());
    expect(told(rest)).toEqual(told(whole.slice(i + 1)));
  }
});

describe('readers who come back', () => {
  /** Of the streams of events. */
  function countingReads() {
    let reads = 0;
    const redis = new Proxy(the.redis, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        if (name === 'xrange' || name === 'xrevrange') reads += 1;
        return (value as () => unknown).bind(target);
      },
    });
    return { redis, reads: () => reads };
  }

  it('are told what this process was told itself, without a question to the store', async () => {
    const { redis, reads } = countingReads();
    const { feed } = await process(undefined, undefined, redis);
    const all = listener(feed);
    const id = await accepted('alpha');
    for (let i = 1; i < 6; i += 1) await delay(id, i);
    await all.until(6);
    const begun = reads();
    for (const [i, { place }] of all.heard.entries()) {
      expect(await feed.resetFrom(place, {})).toBeNull();
      expect(feed.holdsAfter(place, {})).toBe(true);
      const rest = await replayed(feed, place, feed.place());
      expect(rest).toEqual(all.heard.slice(i + 1));
    }
    expect(reads()).toBe(begun);
  });

  it('share one reading of what happened before this process began', async () => {
    const first = await process();
    const all = listener(first.feed);
    const id = await accepted('alpha');
    for (let i = 1; i < 30; i += 1) await delay(id, i);
    await all.until(30);
    const { redis, reads } = countingReads();
    const { feed } = await process(undefined, undefined, redis);
    const judged = await Promise.all(all.heard.map(({ place }) => feed.resetFrom(place, {})));
    expect(new Set(judged)).toEqual(new Set([null]));
    expect(reads()).toBe(1);
    for (const [i, { place }] of all.heard.entries())
      expect(told(await replayed(feed, place, feed.place()))).toEqual(told(all.heard.slice(i + 1)));
    expect(reads()).toBe(1);
    await delay(id, 30);
    await all.until(31);
    const [oldest] = all.heard;
    await eventuallyTrue('it was read', () => feed.place().join() === first.feed.place().join());
    expect(told(await replayed(feed, oldest?.place ?? [], feed.place()))).toHaveLength(30);
  });

  it('are told from the store what is more than this process holds', async () => {
    const first = await process();
    const all = listener(first.feed);
    const id = await accepted('alpha');
    for (let i = 1; i < 20; i += 1) await delay(id, i);
    await all.until(20);
    const tail = new RedisEventTail(the.redis, [{ shards: SHARDS, connection: the.connect() }], silentLog());
    tails.push(tail);
    const subjects = new EventSubjects(the.redis, NO_PAST, silentLog());
    const small = new RedisLiveFeed(the.redis, tail, subjects, new RecentEvents(5_000));
    await tail.start();
    const [{ place } = { place: [] }] = all.heard;
    expect(await small.resetFrom(place, {})).toBeNull();
    expect(small.holdsAfter(place, {})).toBe(false);
    expect(told(await replayed(small, place, small.place()))).toEqual(told(all.heard.slice(1)));
  });
});

describe('a place', () => {
  const shard = shardOf('alpha');
  const events = operationKeys(shard).events;

  async function placeAfter(count: number) {
    const { feed } = await process();
    const all = listener(feed);
    const id = await accepted('alpha');
    for (let i = 1; i < count; i += 1) await delay(id, i);
    await all.until(count);
    return { feed, id, place: feed.place(), first: all.place };
  }

  it('is good as long as its entries are there', async () => {
    const { feed, id, place, first } = await placeAfter(3);
    await delay(id, 9);
    expect(await feed.resetFrom(place, {})).toBeNull();
    expect(await feed.resetFrom(first, {})).toBeNull();
  });

  it('is too old when what followed it was trimmed', async () => {
    const { feed, id, place, first } = await placeAfter(3);
    const all = listener(feed);
    for (let i = 9; i < 12; i += 1) await delay(id, i);
    await all.until(3);
    await the.redis.xtrim(events, 'MAXLEN', 2);
    const other = await process();
    expect(await other.feed.resetFrom(place, {})).toBe('PLACE_TOO_OLD');
    expect(await other.feed.resetFrom(first, { siteId: 'alpha' })).toBe('PLACE_TOO_OLD');
    // This one holds what has gone from the store.
    expect(await feed.resetFrom(place, {})).toBeNull();
    expect(told(await replayed(feed, place, feed.place()))).toHaveLength(3);
  });

  it('is unknown in another store', async () => {
    const { place } = await placeAfter(3);
    await the.redis.del(events);
    const { feed } = await process();
    expect(await feed.resetFrom(place, {})).toBe('PLACE_UNKNOWN');
  });

  it('does not matter in shards that are not asked for', async () => {
    const { place } = await placeAfter(3);
    await the.redis.del(events);
    const { feed } = await process();
    const elsewhere = SITES.find((site) => shardOf(site) !== shard);
    expect(await feed.resetFrom(place, { siteId: elsewhere })).toBeNull();
  });
});

it('says so when the store that answers after a break has less in it', async () => {
  const { feed, connection } = await process();
  const all = listener(feed);
  await accepted('alpha');
  await all.until(1);
  await the.redis.del(operationKeys(shardOf('alpha')).events);
  connection.disconnect(true);
  await eventuallyTrue('the loss is told', async () => {
    await accepted('beta');
    return all.losses() > 0;
  });
});

it('says so when the trimming has outrun it, and tells nothing after the gap as if there were none', async () => {
  const held = gate();
  const { feed } = await process(held.pass);
  const all = listener(feed);
  const id = await accepted('alpha');
  await held.reached;
  const { events } = operationKeys(shardOf('alpha'));
  const [entry] = await the.redis.xrange(events, '-', '+');
  const filling = the.redis.pipeline();
  for (let i = 0; i < 700; i += 1) filling.xadd(events, '*', 'e', entry?.[1][1] ?? '');
  await filling.xtrim(events, 'MAXLEN', 600).exec();
  held.open();
  await eventuallyTrue('the loss is told', () => all.losses() > 0);
  await delay(id, 1);
  await all.until(2);
  expect(told(all.heard)).toEqual([`${id} 1`, `${id} 2`]);
});

it('passes over an event that cannot be read, and tells one whose record cannot be; both are told to the log', async () => {
  const shard = operationKeys(shardOf('alpha'));
  const broken = await accepted('alpha');
  const [entry] = await the.redis.xrange(shard.events, '-', '+');
  await the.redis.hset(shard.operation(broken), 'r', '{');
  const { log, lines } = recordingLog();
  const { feed } = await process(undefined, log);
  const all = listener(feed);
  const offset = await the.redis.xadd(shard.events, '*', 'e', '{"operationId":');
  await the.redis.xadd(shard.events, '*', 'e', 'null');
  await the.redis.xadd(shard.events, '*', 'e', entry?.[1][1] ?? '');
  const id = await accepted('alpha');
  await all.until(2);
  expect(told(all.heard)).toEqual([`${broken} 1`, `${id} 1`]);
  expect(JSON.parse(all.heard[0]?.body ?? '')).toMatchObject({ data: { siteId: 'alpha', action: null } });
  expect(JSON.stringify(lines)).toContain(offset);
  expect(JSON.stringify(lines)).toContain(broken);
  expect(told(await replayed(feed, all.place, feed.place()))).toEqual(told(all.heard));
});

describe('whose event it is', () => {
  it('is read once for many events', async () => {
    const id = await accepted();
    for (let i = 1; i < 5; i += 1) await delay(id, i);
    let reads = 0;
    const counting = new Proxy(the.redis, {
      get: (redis, name) => {
        if (name === 'hget') reads += 1;
        return Reflect.get(redis, name) as unknown;
      },
    });
    const events = await new RedisEventFeed(the.redis, new RedisEventTail(the.redis, [], silentLog())).replay(
      id,
      '0',
    );
    const told = new CloudEvents(new EventSubjects(counting, NO_PAST, silentLog()));
    await told.of(events);
    expect((await told.of(events)).map(({ sequence, data }) => [sequence, data.siteId])).toEqual(
      [1, 2, 3, 4, 5].map((sequence) => [sequence, 'alpha']),
    );
    expect(reads).toBe(1);
  });

  it('is the site alone when the record is gone', async () => {
    const subjects = await new EventSubjects(the.redis, NO_PAST, silentLog()).of(['alpha.gone']);
    expect(subjects.get('alpha.gone')).toMatchObject({ siteId: 'alpha', action: null, targetName: null });
  });
});
