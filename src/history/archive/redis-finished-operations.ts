import type { Redis } from 'ioredis';
import type { OperationEvent } from '../../domain/operation-event.js';
import { readRecord } from '../../domain/operation-schema.js';
import { isVerdict, type Operation } from '../../domain/operation.js';
import { indexesOf } from '../../operations/operation-indexes.js';
import { nextEntries } from '../../operations/redis-operation-list.js';
import type { OperationCursor } from '../../operations/operation-store.js';
import { operationKeys, shardOf, SHARDS } from '../../platform/redis/keys.js';
import { RedisScript } from '../../platform/redis/script.js';
import type { SegmentEntry } from './segment-entry.js';

const FORGET = new RedisScript(new URL('./lua/forget-operation.lua', import.meta.url));

const AT_ONCE = 64;

/** An operation that has ended, as the store has it. */
export interface StoredEnd {
  record: Operation;
  /** null = it has no idempotency key, or one that is not known. */
  keyHash: string | null;
}

/** What has ended and is in the store still, for those who take it out. */
export class FinishedOperations {
  constructor(private readonly redis: Redis) {}

  /** How many operations there are in the store, unfinished ones among them. */
  async count(): Promise<number> {
    const counts = await Promise.all(
      SHARDS.map((shard) => this.redis.zcard(operationKeys(shard).index('all'))),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** By creation, from the oldest on: what has ended before that time, milliseconds. Flat in memory. */
  async *endedBefore(limitMs: number): AsyncGenerator<StoredEnd> {
    const filter = { newestFirst: false, createdBefore: limitMs };
    let after: OperationCursor | null = null;
    for (;;) {
      const entries: OperationCursor[] = await nextEntries(this.redis, SHARDS, filter, after, AT_ONCE);
      for (const stored of await Promise.all(entries.map(({ id }) => this.stored(id)))) {
        if (stored && isVerdict(stored.record.state) && endedMs(stored.record) < limitMs) yield stored;
      }
      if (entries.length < AT_ONCE) return;
      after = entries.at(-1) ?? null;
    }
  }

  /** With everything else that is kept of it. */
  async entryOf({ record, keyHash }: StoredEnd): Promise<SegmentEntry> {
    const keys = operationKeys(shardOf(record.siteId));
    const [events, claimed] = await Promise.all([
      this.redis.xrange(keys.operationEvents(record.id), '-', '+'),
      keyHash ? this.redis.hmget(keys.idempotency(keyHash), 'id', 'fingerprint') : [],
    ]);
    const [claimedBy, fingerprint] = claimed;
    return {
      record,
      events: events.map(
        ([offset, fields]) => [offset, JSON.parse(fields[1] ?? '{}') as OperationEvent] as const,
      ),
      claim: keyHash && claimedBy === record.id ? { keyHash, fingerprint: fingerprint ?? '' } : null,
    };
  }

  /** In one atomic step; again and again does no harm. A later version than this one is left. */
  async forget({ record, keyHash }: StoredEnd): Promise<'FORGOTTEN' | 'OPEN' | 'NEWER'> {
    const keys = operationKeys(shardOf(record.siteId));
    return (await FORGET.run(
      this.redis,
      [
        keys.operation(record.id),
        keys.operationEvents(record.id),
        keys.open,
        keys.idempotency(keyHash ?? 'none'),
        ...indexesOf(record).map(([name, value]) => keys.index(name, value)),
      ],
      [record.id, record.version],
    )) as 'FORGOTTEN' | 'OPEN' | 'NEWER';
  }

  private async stored(id: string): Promise<StoredEnd | null> {
    const siteId = id.slice(0, id.indexOf('.'));
    const [text, keyHash] = await this.redis.hmget(operationKeys(shardOf(siteId)).operation(id), 'r', 'k');
    return text ? { record: readRecord(text), keyHash: keyHash ?? null } : null;
  }
}

export function endedMs({ endedTime, updatedTime }: Operation): number {
  return Date.parse(endedTime ?? updatedTime);
}
