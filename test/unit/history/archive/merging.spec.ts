import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Scope } from '../../../../src/domain/access/scope.js';
import type { Operation } from '../../../../src/domain/operation.js';
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
const ALL = { seen: Scope.ALL, newestFirst: true };
const MINUTE_MS = 60_000;

/** A midnight after which ten days are in the same span. */
function clockOf(): TestClock {
  const span = 31 * DAY_MS;
  return new TestClock(Math.floor(Date.UTC(2030, 0, 3) / span) * span + 62 * DAY_MS + DAY_MS + 1);
}

/** One operation a day, each in a segment of its own. */
async function days(process: HistoryProcess, clock: TestClock, count: number): Promise<Operation[]> {
  const all: Operation[] = [];
  for (let day = 0; day < count; day += 1) {
    const one = ended(clock, 62, { siteId: `site-${day % 3}` });
    await keep(process, [one]);
    await process.upkeep.round();
    all.unshift(one);
    clock.advance(DAY_MS);
  }
  return all;
}

describe('small segments of about the same time', () => {
  it('become one, with all that they hold, and their files go when nobody reads them any more', async () => {
    const clock = clockOf();
    const process = new HistoryProcess(the.redis, folder(), clock);
    const reader = new HistoryProcess(the.redis, process.folder, clock);
    const seven = await days(process, clock, 7);
    expect(process.files).toHaveLength(7);
    expect(await reader.pages(ALL, 3)).toEqual(seven);
    const all = [...(await days(process, clock, 1)), ...seven];
    expect(await process.manifest.segments()).toEqual([expect.objectContaining({ count: 8, moved: true })]);
    expect(process.files).toHaveLength(9);
    expect(await reader.pages(ALL, 3)).toEqual(all);
    for (const one of all) {
      expect(await reader.store.find(one.id)).toEqual(one);
      expect(await reader.store.findClaim(claimOf(one).keyHash)).toMatchObject({ operationId: one.id });
    }
    clock.advance(11 * MINUTE_MS);
    await process.upkeep.round();
    expect(process.files).toHaveLength(1);
    expect(await reader.pages(ALL, 3)).toEqual(all);
  });

  it('are left alone while they are few', async () => {
    const clock = clockOf();
    const process = new HistoryProcess(the.redis, folder(), clock);
    await days(process, clock, 7);
    await process.upkeep.round();
    expect(process.files).toHaveLength(7);
  });

  it('are shown once, also while the list of all files is lost', async () => {
    const clock = clockOf();
    const process = new HistoryProcess(the.redis, folder(), clock);
    const all = await days(process, clock, 8);
    expect(process.files).toHaveLength(9);
    await the.redis.flushall();
    const reader = new HistoryProcess(the.redis, process.folder, clock);
    expect(await reader.shelf.all()).toHaveLength(1);
    expect(await reader.pages(ALL, 3)).toEqual(all);
    await process.upkeep.round();
    expect(await process.manifest.segments()).toEqual([expect.objectContaining({ count: 8 })]);
    expect(await reader.pages(ALL, 3)).toEqual(all);
  });

  it('stay as they are when one of them cannot be read', async () => {
    const clock = clockOf();
    const process = new HistoryProcess(the.redis, folder(), clock);
    await days(process, clock, 7);
    writeFileSync(join(process.folder ?? '', process.files[0] ?? ''), 'nothing');
    const another = new HistoryProcess(the.redis, process.folder, clock);
    await days(another, clock, 1);
    expect(another.files).toHaveLength(8);
    expect(await another.manifest.segments()).toHaveLength(8);
  });

  it('whatever a process dies at while it merges, nothing is lost and nothing is shown twice', async () => {
    const clock = clockOf();
    const before = new HistoryProcess(the.redis, folder(), clock);
    const seven = await days(before, clock, 7);
    const last = ended(clock, 62);
    const all = [last, ...seven];
    const noted = await before.manifest.segments();
    let died = true;
    for (let commands = 0; died; commands += 3) {
      await the.redis.flushall();
      const there = folder();
      mkdirSync(there);
      for (const { name } of noted) copyFileSync(join(before.folder ?? '', name), join(there, name));
      const reader = new HistoryProcess(the.redis, there, clock);
      await reader.manifest.hold('somebody', MINUTE_MS);
      await reader.manifest.noteAll('somebody', noted);
      await reader.manifest.release('somebody');
      await keep(reader, [last]);
      const dying = new HistoryProcess(dyingAfter(commands, the.redis), there, clock);
      died = await dying.upkeep.round().then(
        () => false,
        () => true,
      );
      expect(await reader.pages(ALL, 3)).toEqual(all);
      await leaseRunsOut(the.redis);
      await reader.upkeep.round();
      expect(await reader.pages(ALL, 3)).toEqual(all);
      expect(await reader.manifest.segments()).toEqual([expect.objectContaining({ count: 8, moved: true })]);
    }
  }, 120_000);
});
