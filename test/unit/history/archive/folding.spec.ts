import { v7 as uuidv7 } from 'uuid';
import { EventFolding } from '../../../../src/history/archive/event-folding.js';
import { ArchivedEvents } from '../../../../src/history/archive/archived-events.js';
import { FinishedOperations } from '../../../../src/history/archive/redis-finished-operations.js';
import { FROM_THE_FIRST, type FedEvent } from '../../../../src/events/event-feed.js';
import { RedisEventFeed } from '../../../../src/events/redis-event-feed.js';
import type { RedisEventTail } from '../../../../src/events/redis-event-tail.js';
import { RedisOperationStore } from '../../../../src/operations/redis-operation-store.js';
import type { Operation } from '../../../../src/domain/operation.js';
import { operationKeys, shardOf } from '../../../../src/platform/redis/keys.js';
import { accepted, intent } from '../../support/changes.js';
import { operation } from '../../support/operation.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';
import { DAY_MS, HistoryProcess, historyFolder } from './bench.js';

const the = redisForThisFile();
const folder = historyFolder();
const clock = new TestClock();
const CLAIM = { keyHash: 'the-key', fingerprint: 'the-fingerprint' };
const silentTail = { listen: () => undefined } as unknown as RedisEventTail;

const keys = (id: string) => {
  const { operation: record, operationEvents } = operationKeys(shardOf('alpha'));
  return { record: record(id), events: operationEvents(id) };
};

/** A few events, the last of which is its end. */
async function worked(changes: Partial<Operation> = {}, claim = CLAIM): Promise<Operation> {
  const store = new RedisOperationStore(the.redis, clock);
  const id = `alpha.${uuidv7({ msecs: clock.now() })}`;
  const one = operation({ id, createdTime: new Date(clock.now()).toISOString(), ...changes });
  await store.accept(one, claim);
  await store.transition(one.id, intent(0, 'an-attempt', 'failover'));
  await store.transition(one.id, accepted('an-attempt', 'a-job'));
  const end = { kind: 'VERDICT', state: 'SUCCEEDED', outcome: 'FULL', problem: null, text: 'Done.' } as const;
  return (await store.transition(one.id, end)) as Operation;
}

const feed = (past?: ArchivedEvents): RedisEventFeed => new RedisEventFeed(the.redis, silentTail, past);
const folding = (): EventFolding => new EventFolding(new FinishedOperations(the.redis));

it('the events of what has ended are in its record, and are told as before', async () => {
  const { id } = await worked();
  const before = await feed().replay(id, FROM_THE_FIRST);
  expect(before).toHaveLength(4);
  await folding().handle(before);
  expect(await the.redis.exists(keys(id).events)).toBe(0);
  expect(await feed().replay(id, FROM_THE_FIRST)).toEqual(before);
  expect(await feed().replay(id, before[1]?.offset ?? '')).toEqual(before.slice(2));
  expect(await feed().replay(id, before[3]?.offset ?? '')).toEqual([]);
});

it('twice, or by two at once, is as good as once', async () => {
  const { id } = await worked();
  const before = await feed().replay(id, FROM_THE_FIRST);
  await Promise.all([folding().handle(before), folding().handle(before)]);
  await folding().handle(before);
  expect(await feed().replay(id, FROM_THE_FIRST)).toEqual(before);
});

it('what has not ended keeps its stream', async () => {
  const store = new RedisOperationStore(the.redis, clock);
  const one = operation();
  await store.accept(one, CLAIM);
  await store.transition(one.id, intent(0, 'an-attempt', 'failover'));
  const before = await feed().replay(one.id, FROM_THE_FIRST);
  await folding().handle(before);
  // Even if somebody said that it has.
  const lie: FedEvent[] = before.map((fed) => ({ ...fed, event: { ...fed.event, state: 'FAILED' } }));
  await folding().handle(lie);
  expect(await the.redis.exists(keys(one.id).events)).toBe(1);
  expect(await feed().replay(one.id, FROM_THE_FIRST)).toEqual(before);
});

it('an operation that is not there is nobody’s', async () => {
  const { id } = await worked();
  const before = await feed().replay(id, FROM_THE_FIRST);
  await the.redis.flushall();
  await folding().handle(before);
  expect(await the.redis.keys('*')).toEqual([]);
});

it('it takes its events and its key along to the archive', async () => {
  const ended = await worked();
  const before = await feed().replay(ended.id, FROM_THE_FIRST);
  await folding().handle(before);
  const later = new HistoryProcess(the.redis, folder(), new TestClock(clock.now() + 70 * DAY_MS));
  await later.upkeep.round();
  expect(await later.finished.count()).toBe(0);
  expect(await feed(new ArchivedEvents(later.archived)).replay(ended.id, FROM_THE_FIRST)).toEqual(before);
  expect(await later.store.findClaim(CLAIM.keyHash)).toEqual({
    operationId: ended.id,
    fingerprint: CLAIM.fingerprint,
  });
  expect(await the.redis.exists(operationKeys(shardOf('alpha')).idempotency(CLAIM.keyHash))).toBe(0);
});

it('events that nobody can read keep their operation in the store, and nothing else, until it is too old', async () => {
  const [odd, ended] = [await worked(), await worked({}, { ...CLAIM, keyHash: 'another-key' })];
  for (const { id } of [odd, ended]) await folding().handle(await feed().replay(id, FROM_THE_FIRST));
  await the.redis.hset(keys(odd.id).record, 'e', Buffer.from('nothing that anybody can read'));
  const there = folder();
  const later = new HistoryProcess(the.redis, there, new TestClock(clock.now() + 70 * DAY_MS));
  expect(await later.upkeep.round()).toBe('DONE');
  expect(await later.finished.count()).toBe(1);
  expect((await later.archived.find(ended.id))?.id).toBe(ended.id);
  expect(await the.redis.exists(keys(odd.id).record)).toBe(1);
  const muchLater = new HistoryProcess(the.redis, there, new TestClock(clock.now() + 500 * DAY_MS));
  expect(await muchLater.upkeep.round()).toBe('DONE');
  expect(await muchLater.finished.count()).toBe(0);
});
