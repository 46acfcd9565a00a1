import type { Redis } from 'ioredis';
import { readRecord } from '../domain/operation-schema.js';
import type { Operation } from '../domain/operation.js';
import { operationKeys, shardOf } from '../platform/redis/keys.js';
import type { OperationArchive } from './operation-archive.js';
import { siteOfPublicId } from './operation-id.js';
import { matches, type Index } from './operation-indexes.js';
import { cursorOf, onTheWay } from './operation-order.js';
import { walksFor, type Walk } from './operation-walks.js';
import { readTogether } from './redis-batch.js';
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
 * Walks those indexes from the cursor on, merges by creation, leaves out what other indexes do not have, reads the rest,
 * and filters what no index decides. The cost does not depend on how deep the page is, nor on what may not be seen.
 */
async function listStored(
  redis: Redis,
  filter: OperationFilter,
  after: OperationCursor | null,
  pageSize: number,
): Promise<OperationPage> {
  const { walks, others } = walksFor(filter);
  const atOnce = others.length > 0 ? Math.max(WALKED_AT_ONCE, pageSize + 1) : pageSize + 1;
  const items: Operation[] = [];
  let cursor = after;
  for (let walked = 0, read = 0; walked < MOST_WALKED && read < MOST_SCANNED; walked += atOnce) {
    const chunk = await nextEntries(redis, walks, filter, cursor, atOnce);
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
  const byShard = new Map<number, string[]>();
  for (const { id } of entries) {
    const shard = shardOf(siteOfPublicId(id));
    const those = byShard.get(shard);
    if (those) those.push(id);
    else byShard.set(shard, [id]);
  }
  const reads = [...byShard].flatMap(([shard, ids]) =>
    indexes.map((index) => ({
      ids,
      shard,
      command: ['zmscore', operationKeys(shard).index(...index), ...ids],
    })),
  );
  const scores = await readTogether<(string | null)[]>(redis, reads);
  const absent = new Set(
    reads.flatMap(({ ids }, i) => ids.filter((_id, place) => (scores[i]?.[place] ?? null) === null)),
  );
  return entries.filter(({ id }) => !absent.has(id));
}

type Range = Pick<OperationFilter, 'newestFirst' | 'createdAfter' | 'createdBefore'>;

/**
 * The next entries of these indexes, in order, each once: `count`, or fewer if there are no more. Each index is asked for
 * its share and a little more, again and again, so that little is read in vain.
 */
export async function nextEntries(
  redis: Redis,
  walks: readonly Walk[],
  range: Range,
  cursor: OperationCursor | null,
  count: number,
): Promise<OperationCursor[]> {
  const order = onTheWay(range.newestFirst);
  const share = Math.min(count, Math.ceil((1.5 * count) / walks.length) + 4);
  const found: OperationCursor[] = [];
  for (let [from, left] = [cursor, walks]; ;) {
    const perWalk = await entriesOf(redis, left, range, from, share);
    // A walk that has more may have it right after the last one that was read of it.
    const limits = perWalk.flatMap((entries) => (entries.length === share ? (entries.at(-1) ?? []) : []));
    const limit = limits.sort(order)[0];
    found.push(
      ...perWalk
        .flat()
        .filter((entry) => !limit || order(entry, limit) <= 0)
        .sort(order)
        .filter(({ id }, i, all) => all[i - 1]?.id !== id),
    );
    if (!limit || found.length >= count) return found.slice(0, count);
    from = limit;
    // What is begun meanwhile comes at the end of the other way, where any of them may get it.
    if (range.newestFirst) left = left.filter((_walk, i) => mayHaveMore(perWalk[i] ?? [], limit));
  }

  function mayHaveMore(entries: readonly OperationCursor[], limit: OperationCursor): boolean {
    const last = entries.at(-1);
    return last !== undefined && (entries.length === share || order(last, limit) > 0);
  }
}

/** Of each of these indexes at most `count`, in order. */
async function entriesOf(
  redis: Redis,
  walks: readonly Walk[],
  range: Range,
  cursor: OperationCursor | null,
  count: number,
): Promise<OperationCursor[][]> {
  const low = range.createdAfter ?? '-inf';
  const high = range.createdBefore === undefined ? '+inf' : `(${range.createdBefore}`;
  const order = onTheWay(range.newestFirst);
  const found = new Map(walks.map((walk) => [walk, [] as OperationCursor[]]));
  const limit = count + 1;
  // Entries with the cursor's own time may stand on either side of it: skip those up to the cursor's id.
  for (let [offset, left] = [0, walks]; left.length > 0; offset += limit) {
    const reads = left.map(({ shard, index }) => {
      const key = operationKeys(shard).index(...index);
      const bounds = range.newestFirst
        ? ['zrevrangebyscore', key, cursor?.createdMs ?? high, low]
        : ['zrangebyscore', key, cursor?.createdMs ?? low, high];
      return { shard, command: [...bounds, 'WITHSCORES', 'LIMIT', offset, limit] };
    });
    const answers = await readTogether<string[]>(redis, reads);
    left = left.filter((walk, place) => {
      const flat = answers[place] ?? [];
      const those = found.get(walk) ?? [];
      for (let i = 0; i < flat.length; i += 2) {
        const entry = { id: flat[i] ?? '', createdMs: Number(flat[i + 1]) };
        if (!cursor || order(cursor, entry) < 0) those.push(entry);
      }
      return flat.length / 2 === limit && those.length < count;
    });
  }
  return walks.map((walk) => found.get(walk)?.slice(0, count) ?? []);
}

async function recordsOf(redis: Redis, entries: readonly OperationCursor[]): Promise<(Operation | null)[]> {
  if (entries.length === 0) return [];
  const texts = await readTogether<string | null>(
    redis,
    entries.map(({ id }) => {
      const shard = shardOf(siteOfPublicId(id));
      return { shard, command: ['hget', operationKeys(shard).operation(id), 'r'] };
    }),
  );
  return texts.map((text) => (text ? readRecord(text) : null));
}
