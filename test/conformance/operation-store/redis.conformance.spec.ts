import type { OperationEvent } from '../../../src/domain/operation-event.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { redisForThisFile } from '../../unit/support/redis.js';
import { at } from '../../unit/support/operation.js';
import { TestClock } from '../../unit/support/test-clock.js';
import { describeOperationStore } from './index.js';
import { deaf } from './replies-lost.js';
import { newcomer } from './subject.js';

const the = redisForThisFile();

async function eventsIn(key: string): Promise<OperationEvent[]> {
  const entries = await the.redis.xrange(key, '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? '') as OperationEvent);
}

describe('the operation store in Redis', () => {
  describeOperationStore(({ clock, repliesLost = false }) => ({
    store: new RedisOperationStore(repliesLost ? deaf(the.redis) : the.redis, clock),
    eventsOf: (id) => eventsIn(operationKeys(shardOf(id.split('.')[0] ?? '')).operationEvents(id)),
    eventsNear: (siteId) => eventsIn(operationKeys(shardOf(siteId)).events),
  }));
});

it('a lock that was given to another operation by hand is left to that one', async () => {
  const store = new RedisOperationStore(the.redis, new TestClock());
  const operation = newcomer({ lockedGroupIds: ['alpha.books', 'alpha.mail'] });
  await store.accept(operation, null);
  await the.redis.set(operationKeys(shardOf('alpha')).lock('alpha.books'), 'another');
  const request = { requestedBy: 'ada', requestedTime: at(1) };
  await store.transition(operation.id, { kind: 'CANCEL_REQUESTED', request });
  expect(await store.holders('alpha', operation.lockedGroupIds)).toEqual(
    new Map([['alpha.books', 'another']]),
  );
});

it('locks, and keys of requests, do not run out by themselves', async () => {
  const store = new RedisOperationStore(the.redis, new TestClock());
  await store.accept(newcomer({ lockedGroupIds: ['alpha.books'] }), { keyHash: 'k', fingerprint: 'f' });
  const keys = await the.redis.keys('*');
  expect(keys.length).toBeGreaterThan(5);
  for (const key of keys) expect([key, await the.redis.ttl(key)]).toEqual([key, -1]);
});
