import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Scope } from '../../../../src/domain/access/scope.js';
import type { Operation } from '../../../../src/domain/operation.js';
import { ArchivedEvents } from '../../../../src/history/archive/archived-events.js';
import { LeaseLostError } from '../../../../src/history/archive/redis-segment-manifest.js';
import { operationKeys, shardOf, SHARDS } from '../../../../src/platform/redis/keys.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';
import {
  claimOf,
  DAY_MS,
  dyingAfter,
  ended,
  HistoryProcess,
  historyFolder,
  keep,
  leaseRunsOut,
} from './bench.js';

const the = redisForThisFile();
const folder = historyFolder();
const clock = new TestClock();
const ALL = { seen: Scope.ALL, newestFirst: true };

const idsOf = (operations: readonly Operation[]): string[] => operations.map(({ id }) => id).sort();

/** Of all that the store has of this operation. */
async function keysOf(id: string): Promise<string[]> {
  const keys = await the.redis.keys('drg:*');
  const of: string[] = [];
  for (const key of keys) {
    const type = await the.redis.type(key);
    if (key.includes(id)) of.push(key);
    else if (type === 'zset' && (await the.redis.zscore(key, id)) !== null) of.push(key);
    else if (type === 'hash' && (await the.redis.hget(key, 'id')) === id) of.push(key);
  }
  return of;
}

it('what ended long ago leaves the store with everything that belongs to it, and is answered all the same', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const [old, young] = [ended(clock, 70), ended(clock, 50)];
  await keep(process, [old, young]);
  expect(await keysOf(old.id)).not.toEqual([]);
  expect(await process.upkeep.round()).toBe('DONE');
  expect(await keysOf(old.id)).toEqual([]);
  expect(await keysOf(young.id)).not.toEqual([]);
  expect(process.files).toHaveLength(1);
  expect(await process.store.find(old.id)).toEqual(old);
  expect(await process.store.find(young.id)).toEqual(young);
  expect(await process.pages(ALL, 1)).toEqual([young, old]);
  for (const one of [old, young]) {
    const { keyHash, fingerprint } = claimOf(one);
    expect(await process.store.findClaim(keyHash)).toEqual({ operationId: one.id, fingerprint });
  }
});

it('what is not there is not there', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const [known, unknown] = [ended(clock, 70), ended(clock, 70)];
  await keep(process, [known]);
  await process.upkeep.round();
  expect(await process.store.find(unknown.id)).toBeNull();
  expect(await process.store.findClaim('no such key')).toBeNull();
});

it('its events are kept, with their places', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const old = ended(clock, 70);
  await keep(process, [old]);
  const key = operationKeys(shardOf(old.siteId)).operationEvents(old.id);
  const before = await the.redis.xrange(key, '-', '+');
  await process.upkeep.round();
  const events = await new ArchivedEvents(process.archived).eventsOf(old.id);
  expect(events?.map(({ offset, event }) => [offset, ['e', JSON.stringify(event)]])).toEqual(before);
  expect(events?.[0]?.shard).toBe(shardOf(old.siteId));
});

it('what has not ended stays, however old it is', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const open = ended(clock, 300, { state: 'UNKNOWN', outcome: null, endedTime: null });
  await keep(process, [open, ended(clock, 300)]);
  await process.upkeep.round();
  expect(await keysOf(open.id)).not.toEqual([]);
  expect(await the.redis.zcard(operationKeys(shardOf('alpha')).index('all'))).toBe(1);
});

it('a segment is gzip: one operation on a line, and the index on the last one', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const old = Array.from({ length: 150 }, (_, i) => ended(clock, 100 + i / 100));
  await keep(process, old);
  await process.upkeep.round();
  const [file = ''] = process.files;
  const lines = gunzipSync(readFileSync(join(process.folder ?? '', file)))
    .toString()
    .trimEnd()
    .split('\n');
  const records = lines.slice(0, -1).map((line) => (JSON.parse(line) as { record: Operation }).record);
  expect(idsOf(records)).toEqual(idsOf(old));
  expect(lines.at(-1)).toContain('segmentIndex');
});

it('days that came to be due together are in one file, and nothing is written when nothing is due', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  await keep(
    process,
    [70, 71, 90, 120].map((days) => ended(clock, days)),
  );
  await process.upkeep.round();
  await process.upkeep.round();
  expect(process.files).toHaveLength(1);
});

it('whatever a process dies at, nothing is lost, nothing is there twice, and the next one goes on', async () => {
  const there = Array.from({ length: 5 }, (_, i) => ended(clock, 59 + 2 * i, { siteId: `site-${i}` }));
  let finishedAt = 0;
  for (let commands = 0; finishedAt === 0; commands += 1) {
    await the.redis.flushall();
    const reader = new HistoryProcess(the.redis, folder(), clock);
    await keep(reader, there);
    const dying = new HistoryProcess(dyingAfter(commands, the.redis), reader.folder, clock);
    const died = await dying.upkeep.round().then(
      () => false,
      () => true,
    );
    expect(idsOf(await reader.pages(ALL, 2))).toEqual(idsOf(there));
    for (const one of there) expect(await reader.store.find(one.id)).toEqual(one);
    await leaseRunsOut(the.redis);
    expect(await reader.upkeep.round()).toBe('DONE');
    expect(idsOf(await reader.pages(ALL, 2))).toEqual(idsOf(there));
    expect(await reader.finished.count()).toBe(1);
    expect(readdirSync(reader.folder ?? '').filter((name) => name.endsWith('.gz'))).toHaveLength(1);
    if (!died) finishedAt = commands;
  }
  expect(finishedAt).toBeGreaterThan(20);
}, 120_000);

it('of two processes one is at it', async () => {
  const one = new HistoryProcess(the.redis, folder(), clock);
  const other = new HistoryProcess(the.redis, one.folder, clock);
  await keep(one, [ended(clock, 70), ended(clock, 71)]);
  const results = await Promise.all([one.upkeep.round(), other.upkeep.round()]);
  expect(results.sort()).toEqual(['DONE', 'TAKEN']);
  expect(one.files).toHaveLength(1);
});

it('one that was frozen while another took over notes nothing more, and nothing is shown twice', async () => {
  // The disk goes by its own clock.
  const now = new TestClock(Date.now());
  const frozen = new HistoryProcess(the.redis, folder(), now);
  const other = new HistoryProcess(the.redis, frozen.folder, now);
  const old = [ended(now, 70), ended(now, 71)];
  await keep(frozen, old);
  let renewals = 0;
  await frozen.manifest.hold('frozen', 60_000);
  const renew = async (): Promise<void> => {
    renewals += 1;
    // The last one before its file is there.
    if (renewals !== 2) return;
    await leaseRunsOut(the.redis);
    expect(await other.upkeep.round()).toBe('DONE');
  };
  const ending = await frozen.round.run({ who: 'frozen', renew }).catch((error: unknown) => error);
  expect(ending).toEqual(new LeaseLostError());
  expect(idsOf(await other.pages(ALL, 10))).toEqual(idsOf(old));
  expect(await other.upkeep.round()).toBe('DONE');
  expect(idsOf(await other.pages(ALL, 1))).toEqual(idsOf(old));
  for (const one of old) expect(await other.store.find(one.id)).toEqual(one);
});

it('a store that comes back as it was is emptied of what the archive has, without a second copy', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const old = [ended(clock, 70), ended(clock, 71)];
  await keep(process, old);
  await process.upkeep.round();
  await the.redis.flushall();
  await keep(process, old);
  expect(await process.upkeep.round()).toBe('DONE');
  expect(process.files).toHaveLength(1);
  expect(await process.finished.count()).toBe(0);
  expect(await process.pages(ALL, 10)).toEqual(old);
});

it('an emptied store hides nothing of what the folder has', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const old = ended(clock, 70);
  await keep(process, [old]);
  await process.upkeep.round();
  await the.redis.flushall();
  expect(await process.store.find(old.id)).toEqual(old);
  expect(await process.pages(ALL, 10)).toEqual([old]);
  await process.upkeep.round();
  expect(await new HistoryProcess(the.redis, process.folder, clock).pages(ALL, 10)).toEqual([old]);
});

it('nothing is hidden while the list of the segments is made anew', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const old = [70, 80, 90].map((days) => ended(clock, days));
  for (const one of old) {
    await keep(process, [one]);
    await process.upkeep.round();
  }
  expect(process.files).toHaveLength(3);
  await the.redis.flushall();
  await process.manifest.hold('adopting', 60_000);
  let looks = 0;
  const renew = async (): Promise<void> => {
    looks += 1;
    const reader = new HistoryProcess(the.redis, process.folder, clock);
    expect(await reader.pages(ALL, 10)).toEqual(old);
  };
  await process.round.run({ who: 'adopting', renew });
  expect(looks).toBeGreaterThan(3);
  expect(await process.manifest.segments()).toHaveLength(3);
});

it('what a killed process had half written is ignored, and removed after an hour', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  mkdirSync(process.folder ?? '');
  const half = join(process.folder ?? '', 'segment-half.ndjson.gz.new');
  writeFileSync(half, 'half');
  utimesSync(half, clock.now() / 1000 - 60, clock.now() / 1000 - 60);
  await process.upkeep.round();
  expect(process.files).toHaveLength(1);
  clock.advance(3_600_000);
  await process.upkeep.round();
  expect(process.files).toEqual([]);
});

describe('retention', () => {
  it('deletes a segment when the last of its operations is too old, and never what has not ended', async () => {
    const process = new HistoryProcess(the.redis, folder(), clock, { retentionMs: 100 * DAY_MS });
    const open = ended(clock, 300, { state: 'RUNNING', endedTime: null });
    await keep(process, [ended(clock, 90), open]);
    await process.upkeep.round();
    expect(process.files).toHaveLength(1);
    const later = new TestClock(clock.now() + 15 * DAY_MS);
    const next = new HistoryProcess(the.redis, process.folder, later, { retentionMs: 100 * DAY_MS });
    await next.upkeep.round();
    expect(process.files).toEqual([]);
    expect(await process.pages(ALL, 10)).toEqual([open]);
  });

  it('does not write what is too old already', async () => {
    const process = new HistoryProcess(the.redis, folder(), clock);
    await keep(process, [ended(clock, 500)]);
    await process.upkeep.round();
    expect(process.files).toEqual([]);
    expect(await process.finished.count()).toBe(0);
  });

  it('beyond a number of operations the oldest go, and none that ended of late', async () => {
    const process = new HistoryProcess(the.redis, folder(), clock, { maxOperations: 2 });
    const kept = [1, 10, 30].map((days) => ended(clock, days));
    await keep(process, [...kept, ...[40, 50, 80, 90].map((days) => ended(clock, days))]);
    await process.upkeep.round();
    expect(process.files).toEqual([]);
    expect(await process.pages(ALL, 10)).toEqual(kept);
  });

  it('beyond a size the oldest segments go', async () => {
    const process = new HistoryProcess(the.redis, folder(), clock, { maxBytes: 1 });
    const kept = ended(clock, 50);
    await keep(process, [kept, ended(clock, 80)]);
    await process.upkeep.round();
    expect(process.files).toEqual([]);
    expect(await process.pages(ALL, 10)).toEqual([kept]);
  });

  it('without a folder the store keeps everything until it is too old', async () => {
    const process = new HistoryProcess(the.redis, null, clock);
    const kept = ended(clock, 300);
    await keep(process, [kept, ended(clock, 401)]);
    await process.upkeep.round();
    expect(await process.pages(ALL, 10)).toEqual([kept]);
    const left = await Promise.all(SHARDS.map((shard) => the.redis.zcard(operationKeys(shard).index('all'))));
    expect(left.reduce((sum, count) => sum + count)).toBe(1);
  });
});
