import type { Redis } from 'ioredis';
import { readRecord } from '../domain/operation-schema.js';
import type { Operation } from '../domain/operation.js';
import { operationKeys, shardOf, SHARDS } from '../platform/redis/keys.js';
import type { OperationArchive } from './operation-archive.js';
import { matches, narrowestIndex } from './operation-indexes.js';
import { cursorOf, onTheWay } from './operation-order.js';
import type { OperationCursor, OperationFilter, OperationPage } from './operation-store.js';

/** How many records one request looks at; a page that would need more is short, and has a next one. */
const MOST_SCANNED = 2000;

/** A page of what the store has and of what has left it, in one order; what both have is there once. */
export async function listOperations(
  redis: Redis,
  archive: OperationArchive,
  filter: OperationFilter,
  after: OperationCursor | null,
  pageSize: number,
): Promise<OperationPage> {
  const stored = await listStored(redis, filter, after, pageSize);
  const archived = await archive.list(filter, after, stored.next, pageSize + 1);
  const { unreadable } = archived;
  const order = onTheWay(filter.newestFirst);
  const until = [stored.next, archived.until].filter((place) => place !== null).sort(order)[0] ?? null;
  const ours = new Set(stored.items.map(({ id }) => id));
  const all = [...stored.items, ...archived.items.filter(({ id }) => !ours.has(id))]
    .map((operation) => ({ operation, place: cursorOf(operation) }))
    .filter(({ place }) => until === null || order(place, until) <= 0)
    .sort((a, b) => order(a.place, b.place));
  const shown = all.slice(0, pageSize);
  return {
    items: shown.map(({ operation }) => operation),
    next: all.length > pageSize ? (shown.at(-1)?.place ?? null) : until,
    ...(unreadable.length > 0 ? { unreadable } : {}),
  };
}

/**
 * Walks the narrowest index of every shard concerned from the cursor on, merges by creation, and filters what
 * the index does not decide. The cost does not depend on how deep the page is.
 */
async function listStored(
  redis: Redis,
  filter: OperationFilter,
  after: OperationCursor | null,
  pageSize: number,
): Promise<OperationPage> {
  const shards = filter.siteId ? [shardOf(filter.siteId)] : SHARDS;
  const items: Operation[] = [];
  let cursor = after;
  for (let scanned = 0; scanned < MOST_SCANNED;) {
    const chunk = await nextEntries(redis, shards, filter, cursor, pageSize + 1);
    const records = await recordsOf(redis, chunk);
    for (const [i, entry] of chunk.entries()) {
      const operation = records[i];
      if (items.length === pageSize) return { items, next: cursor };
      cursor = entry;
      if (operation && matches(operation, filter)) items.push(operation);
    }
    if (chunk.length <= pageSize) return { items, next: null };
    scanned += chunk.length;
  }
  return { items, next: cursor };
}

/** The next entries of the narrowest index over these shards, in order. */
export async function nextEntries(
  redis: Redis,
  shards: readonly number[],
  filter: OperationFilter,
  cursor: OperationCursor | null,
  count: number,
): Promise<OperationCursor[]> {
  const perShard = await Promise.all(shards.map((shard) => entriesOf(redis, shard, filter, cursor, count)));
  return perShard.flat().sort(onTheWay(filter.newestFirst)).slice(0, count);
}

async function entriesOf(
  redis: Redis,
  shard: number,
  filter: OperationFilter,
  cursor: OperationCursor | null,
  count: number,
): Promise<OperationCursor[]> {
  const key = operationKeys(shard).index(...narrowestIndex(filter));
  const low = filter.createdAfter ?? '-inf';
  const high = filter.createdBefore === undefined ? '+inf' : `(${filter.createdBefore}`;
  const order = onTheWay(filter.newestFirst);
  const found: OperationCursor[] = [];
  // Entries with the cursor's own time may stand on either side of it: skip those up to the cursor's id.
  for (let offset = 0; found.length < count;) {
    const limit = count + 1;
    const flat = filter.newestFirst
      ? await redis.zrevrangebyscore(
          key,
          cursor?.createdMs ?? high,
          low,
          'WITHSCORES',
          'LIMIT',
          offset,
          limit,
        )
      : await redis.zrangebyscore(key, cursor?.createdMs ?? low, high, 'WITHSCORES', 'LIMIT', offset, limit);
    for (let i = 0; i < flat.length; i += 2) {
      const entry = { id: flat[i] ?? '', createdMs: Number(flat[i + 1]) };
      if (!cursor || order(cursor, entry) < 0) found.push(entry);
    }
    if (flat.length / 2 < limit) break;
    offset += limit;
  }
  return found.slice(0, count);
}

async function recordsOf(redis: Redis, entries: readonly OperationCursor[]): Promise<(Operation | null)[]> {
  if (entries.length === 0) return [];
  const texts = await Promise.all(
    entries.map(({ id }) =>
      redis.hget(operationKeys(shardOf(id.slice(0, id.indexOf('.')))).operation(id), 'r'),
    ),
  );
  return texts.map((text) => (text ? readRecord(text) : null));
}
