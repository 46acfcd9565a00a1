import type { Redis } from 'ioredis';
import type { OperationEvent } from '../../../src/domain/operation-event.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { redisForThisFile } from '../../unit/support/redis.js';
import { describeOperationStore } from './index.js';

const the = redisForThisFile();

/** Sends each script twice and hears only of the second time, as ioredis does when a connection breaks. */
function deaf(redis: Redis): Redis {
  const twice = async (command: 'evalsha' | 'eval', args: Parameters<Redis['evalsha']>): Promise<unknown> => {
    await redis[command](...args);
    return redis[command](...args);
  };
  return new Proxy(redis, {
    get(target, name) {
      if (name === 'evalsha' || name === 'eval')
        return (...args: Parameters<Redis['evalsha']>) => twice(name, args);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

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
