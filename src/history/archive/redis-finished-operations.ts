import type { Redis } from 'ioredis';
import type { OperationEvent } from '../../domain/operation-event.js';
import { readFolded, writeFolded } from '../../events/folded-events.js';
import { readRecord } from '../../domain/operation-schema.js';
import { isVerdict, type Operation } from '../../domain/operation.js';
import { indexesOf, LEFT_INDEX } from '../../operations/operation-indexes.js';
import { EVERYWHERE } from '../../operations/operation-walks.js';
import { nextEntries } from '../../operations/redis-operation-list.js';
import type { OperationCursor } from '../../operations/operation-store.js';
import { operationKeys, shardOf, SHARDS } from '../../platform/redis/keys.js';
import { RedisScript } from '../../platform/redis/script.js';
import type { SegmentEntry } from './segment-entry.js';

const FOLD = new RedisScript(new URL('./lua/fold-events.lua', import.meta.url));
const FORGET = new RedisScript(new URL('./lua/forget-operation.lua', import.meta.url));

const AT_ONCE = 64;

/** An operation that has ended, as the store has it. */
export interface StoredEnd {
  record: Operation;
  /** null = it has no idempotency key, or one that is not known. */
  keyHash: string | null;
  /** As far as they are folded into the record; null = they have a stream of their own. */
  events: SegmentEntry['events'] | 'UNREADABLE' | null;
}

/** One of which all can be taken along. */
export type WholeEnd = Omit<StoredEnd, 'events'> & { events: SegmentEntry['events'] | null };

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
      const entries: OperationCursor[] = await nextEntries(this.redis, EVERYWHERE, filter, after, AT_ONCE);
      for (const stored of await Promise.all(entries.map(({ id }) => this.stored(id)))) {
        if (stored && isVerdict(stored.record.state) && endedMs(stored.record) < limitMs) yield stored;
      }
      if (entries.length < AT_ONCE) return;
      after = entries.at(-1) ?? null;
    }
  }

  /** With everything else that is kept of it. */
  async entryOf({ record, keyHash, events }: WholeEnd): Promise<SegmentEntry> {
    const keys = operationKeys(shardOf(record.siteId));
    const [streamed, claimed] = await Promise.all([
      this.streamed(record.id),
      keyHash ? this.redis.hmget(keys.idempotency(keyHash), 'id', 'fingerprint') : [],
    ]);
    const [claimedBy, fingerprint] = claimed;
    return {
      record,
      events: [...(events ?? []), ...streamed],
      claim: keyHash && claimedBy === record.id ? { keyHash, fingerprint: fingerprint ?? '' } : null,
    };
  }

  /**
   * In one atomic step; again and again does no harm. A later version than this one is left, and so is the step of a
   * composite that has not ended: that still asks for it.
   */
  async forget({ record, keyHash }: Omit<StoredEnd, 'events'>): Promise<'FORGOTTEN' | 'OPEN' | 'NEWER'> {
    const keys = operationKeys(shardOf(record.siteId));
    return (await FORGET.run(
      this.redis,
      [
        keys.operation(record.id),
        keys.operationEvents(record.id),
        keys.open,
        keys.idempotency(keyHash ?? 'none'),
        ...[...indexesOf(record), LEFT_INDEX].map(([name, value]) => keys.index(name, value)),
      ],
      [record.id, record.version, record.parentId ?? ''],
    )) as 'FORGOTTEN' | 'OPEN' | 'NEWER';
  }

  /** Puts its events into its record; nothing is done while it has not ended, or when that is done already. */
  async fold(id: string): Promise<void> {
    const { operation, operationEvents, open } = keysOf(id);
    const [events, keyHash] = await Promise.all([this.streamed(id), this.redis.hget(operation(id), 'k')]);
    if (events.length === 0) return;
    await FOLD.run(
      this.redis,
      [operation(id), operationEvents(id), open],
      [id, events.length, writeFolded(id, { events, keyHash })],
    );
  }

  private async stored(id: string): Promise<StoredEnd | null> {
    const [text, key, folded] = await this.redis.hmgetBuffer(keysOf(id).operation(id), 'r', 'k', 'e');
    if (!text) return null;
    const { events, keyHash } = folded ? readIfPossible(id, folded) : { events: null, keyHash: null };
    return { record: readRecord(text.toString()), keyHash: key?.toString() ?? keyHash, events };
  }

  private async streamed(id: string): Promise<SegmentEntry['events']> {
    const entries = await this.redis.xrange(keysOf(id).operationEvents(id), '-', '+');
    return entries.map(
      ([offset, fields]) => [offset, JSON.parse(fields[1] ?? '{}') as OperationEvent] as const,
    );
  }
}

function readIfPossible(id: string, folded: Buffer): Pick<StoredEnd, 'events' | 'keyHash'> {
  try {
    return readFolded(id, folded);
  } catch {
    return { events: 'UNREADABLE', keyHash: null };
  }
}

function keysOf(id: string): ReturnType<typeof operationKeys> {
  return operationKeys(shardOf(id.slice(0, id.indexOf('.'))));
}

export function endedMs({ endedTime, updatedTime }: Operation): number {
  return Date.parse(endedTime ?? updatedTime);
}
