import type { OperationEvent } from '../../../src/domain/operation-event.js';
import { DurableOperationStore } from '../../../src/operations/durable-operation-store.js';
import { OpenGuard } from '../../../src/operations/guard/open-guard.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { operationKeys, shardOf } from '../../../src/platform/redis/keys.js';
import { MemoryJournal } from '../../unit/support/memory-journal.js';
import { redisForThisFile } from '../../unit/support/redis.js';
import { describeOperationStore } from './index.js';
import { deaf } from './replies-lost.js';

const the = redisForThisFile();

async function eventsIn(key: string): Promise<OperationEvent[]> {
  const entries = await the.redis.xrange(key, '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? '') as OperationEvent);
}

function failed(error: Error): void {
  throw error;
}

describe('the operation store with a second witness', () => {
  describeOperationStore(({ clock, repliesLost = false }) => {
    const store = new RedisOperationStore(repliesLost ? deaf(the.redis) : the.redis, clock);
    return {
      store: new DurableOperationStore(store, new MemoryJournal(), new OpenGuard(), clock, failed),
      eventsOf: (id) => eventsIn(operationKeys(shardOf(id.split('.')[0] ?? '')).operationEvents(id)),
      eventsNear: (siteId) => eventsIn(operationKeys(shardOf(siteId)).events),
    };
  });
});
