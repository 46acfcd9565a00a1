import type { Redis } from 'ioredis';
import { readRecord } from '../domain/operation-schema.js';
import type { Operation } from '../domain/operation.js';
import { operationKeys, shardOf, SHARDS } from '../platform/redis/keys.js';
import type { OperationArchive } from './operation-archive.js';
import { indexesFor, matches, narrowestIndex, type Index } from './operation-indexes.js';
import { cursorOf, onTheWay } from './operation-order.js';
import type { OperationCursor, OperationFilter, OperationPage } from './operation-store.js';

/** How many records one request looks at; a page that would need more is short, and has a next one. */
const MOST_SCANNED = 2000;
/** How many entries of an index, where others tell which records are worth reading. */
const MOST_WALKED = 4_000;
const WALKED_AT_ONCE = 200;

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
 * Walks the narrowest index of every shard concerned from the cursor on, merges by creation, leaves out what other
 * indexes do not have, reads the rest, and filters what no index decides. The cost does not depend on how deep the page is.
 */
async function listStored(
  redis: Redis,
  filter: OperationFilter,
  after: OperationCursor | null,
  pageSize: number,
): Promise<OperationPage> {
  const shards = filter.siteId ? [shardOf(filter.siteId)] : SHARDS;
  const others = indexesFor(filter).slice(1);
  const atOnce = others.length > 0 ? Math.max(WALKED_AT_ONCE, pageSize + 1) : pageSize + 1;
  const items: Operation[] = [];
  let cursor = after;
  for (let walked = 0, read = 0; walked < MOST_WALKED && read < MOST_SCANNED; walked += atOnce) {
    const chunk = await nextEntries(redis, shards, filter, cursor, atOnce);
    const wanted = await inAll(redis, others, chunk);
    // Only as many as may be needed, more where they turn out not to match.
    for (let from = 0; from < wanted.length;) {
      const some = wanted.slice(from, from + pageSize + 1);
      const records = await recordsOf(redis, some);
      for (const [i, entry] of some.entries()) {
        const operation = records[i];
        if (items.length === pageSize) return { items, next: cursor };
        cursor = entry;
        if (operation && matches(operation, filter)) items.push(operation);
      }
      from += some.length;
      read += some.length;
      if (read >= MOST_SCANNED && from < wanted.length) return { items, next: cursor };
    }
    if (chunk.length < atOnce) return { items, next: null };
    cursor = chunk.at(-1) ?? cursor;
  }
  return { items, next: cursor };
}

/** Those that are in each of these indexes, in the same order. */
async function inAll(
  redis: Redis,
  indexes: readonly Index[],
  entries: readonly OperationCursor[],
): Promise<readonly OperationCursor[]> {
  if (indexes.length === 0 || entries.length === 0) return entries;
  const byShard = new Map<number, OperationCursor[]>();
  for (const entry of entries) {
    const shard = shardOf(siteOf(entry.id));
    const those = byShard.get(shard);
    if (those) those.push(entry);
    else byShard.set(shard, [entry]);
  }
  const left = new Set<string>();
  await Promise.all(
    [...byShard].map(async ([shard, those]) => {
      const ids = those.map(({ id }) => id);
      const scores = await Promise.all(
        indexes.map(([name, value]) => redis.zmscore(operationKeys(shard).index(name, value), ...ids)),
      );
      ids.forEach((id, i) => scores.every((of) => of[i] !== null) && left.add(id));
    }),
  );
  return entries.filter(({ id }) => left.has(id));
}

/**
 * The next entries of the narrowest index over these shards, in order: `count`, or fewer if there are no more. Each shard
 * is asked for its share and a little more, again and again, so that little is read in vain.
 */
export async function nextEntries(
  redis: Redis,
  shards: readonly number[],
  filter: OperationFilter,
  cursor: OperationCursor | null,
  count: number,
): Promise<OperationCursor[]> {
  const order = onTheWay(filter.newestFirst);
  const share = Math.min(count, Math.ceil((1.5 * count) / shards.length) + 4);
  const found: OperationCursor[] = [];
  for (let from = cursor; ;) {
    const place = from;
    const perShard = await Promise.all(shards.map((shard) => entriesOf(redis, shard, filter, place, share)));
    // A shard that has more may have it right after the last one that was read of it.
    const limits = perShard.flatMap((entries) => (entries.length === share ? (entries.at(-1) ?? []) : []));
    const limit = limits.sort(order)[0];
    const known = perShard.flat().filter((entry) => !limit || order(entry, limit) <= 0);
    found.push(...known.sort(order));
    if (!limit || found.length >= count) return found.slice(0, count);
    from = limit;
  }
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
    entries.map(({ id }) => redis.hget(operationKeys(shardOf(siteOf(id))).operation(id), 'r')),
  );
  return texts.map((text) => (text ? readRecord(text) : null));
}

function siteOf(id: string): string {
  return id.slice(0, id.indexOf('.'));
}
