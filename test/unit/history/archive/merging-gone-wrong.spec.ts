import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Scope } from '../../../../src/domain/access/scope.js';
import type { Operation } from '../../../../src/domain/operation.js';
import { FolderFiles } from '../../../../src/history/archive/folder-files.js';
import type { SegmentEntry } from '../../../../src/history/archive/segment-entry.js';
import type { SegmentSummary } from '../../../../src/history/archive/segment-index.js';
import { writeSegment } from '../../../../src/history/archive/segment-writing.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';
import { claimOf, DAY_MS, ended, HistoryProcess, historyFolder, leaseRunsOut } from './bench.js';

const the = redisForThisFile();
const folder = historyFolder();
const ALL = { seen: Scope.ALL, newestFirst: true };
const MINUTE_MS = 60_000;
const SPAN_MS = 31 * DAY_MS;

const entryOf = (record: Operation): SegmentEntry => ({ record, events: [], claim: claimOf(record) });

async function* these(entries: SegmentEntry[]): AsyncGenerator<SegmentEntry> {
  for (const entry of entries) yield await Promise.resolve(entry);
}

/** So many segments of one operation each, all of them noted, and nothing in the store. */
async function segments(count: number): Promise<{
  process: HistoryProcess;
  clock: TestClock;
  all: Operation[];
  entries: SegmentEntry[];
  noted: SegmentSummary[];
}> {
  const clock = new TestClock(Math.floor(Date.UTC(2030, 0, 3) / SPAN_MS) * SPAN_MS);
  const process = new HistoryProcess(the.redis, folder(), clock);
  const entries = Array.from({ length: count }, (_, i) => entryOf(ended(clock, 80 - i / 10)));
  for (const entry of entries) {
    await writeSegment(process.folder ?? '', these([entry]), { nowMs: clock.now() });
  }
  const noted = await Promise.all(
    process.files.map(async (name) => ({ ...(await process.shelf.summary({ name })), moved: true })),
  );
  await note(process, noted);
  return { process, clock, all: entries.map(({ record }) => record).reverse(), entries, noted };
}

async function note(process: HistoryProcess, noted: readonly SegmentSummary[]): Promise<void> {
  await process.manifest.hold('somebody', MINUTE_MS);
  await process.manifest.noteAll('somebody', noted);
  await process.manifest.release('somebody');
}

async function rounds(process: HistoryProcess, clock: TestClock, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    expect(await process.upkeep.round()).toBe('DONE');
    clock.advance(MINUTE_MS);
  }
}

const counted = async ({ manifest }: HistoryProcess): Promise<number> =>
  (await manifest.segments()).reduce((sum, { count }) => sum + count, 0);

function damage(path: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(60), 0, 60, 20);
  closeSync(file);
}

/** A disk on which the first block of what is written goes wrong. */
class BadDisk extends FolderFiles {
  constructor(
    private readonly path: string,
    private readonly isKilled: boolean,
  ) {
    super();
  }

  override async write(work: () => Promise<void>): Promise<void> {
    const before = new Set(readdirSync(this.path));
    await super.write(work);
    for (const name of readdirSync(this.path)) if (!before.has(name)) damage(join(this.path, name));
  }

  override remove(path: string): Promise<void> {
    return this.isKilled ? Promise.reject(new Error('this process has died')) : super.remove(path);
  }
}

describe('a merged segment that goes wrong on its way to the disk', () => {
  it.each([
    ['is noticed', false],
    ['was left behind by a process that was killed before it could read it back', true],
  ])('and %s replaces nothing: all is read, for good', async (_words, isKilled) => {
    const { process, clock, all } = await segments(8);
    const bad = new BadDisk(process.folder ?? '', isKilled);
    const worker = new HistoryProcess(the.redis, process.folder, clock, {}, { files: bad });
    await rounds(worker, clock, 1);
    expect(worker.files).toHaveLength(isKilled ? 9 : 8);
    await leaseRunsOut(the.redis);
    if (isKilled) await rounds(process, clock, 20);
    else await rounds(worker, clock, 20);
    const reader = new HistoryProcess(the.redis, process.folder, clock);
    expect(await reader.pages(ALL, 10)).toEqual(all);
    expect(reader.files).toHaveLength(isKilled ? 1 : 8);
    for (const one of all) {
      expect(await reader.store.findClaim(claimOf(one).keyHash)).toMatchObject({ operationId: one.id });
    }
  });

  it('replaces nothing either when the list of all files is lost then', async () => {
    const { process, clock, all, entries, noted } = await segments(8);
    const replaces = noted.map(({ name }) => name);
    const name = await writeSegment(process.folder ?? '', these(entries), { nowMs: clock.now(), replaces });
    damage(join(process.folder ?? '', name ?? ''));
    await the.redis.flushall();
    await rounds(process, clock, 20);
    expect(await process.pages(ALL, 10)).toEqual(all);
    expect(await counted(process)).toBe(8);
  });
});

it('what was merged stays in the folder while what replaces it is not there', async () => {
  const { process, clock } = await segments(8);
  await rounds(process, clock, 1);
  const [merged] = await process.manifest.segments();
  expect(merged).toMatchObject({ count: 8 });
  rmSync(join(process.folder ?? '', merged?.name ?? ''));
  await rounds(process, clock, 20);
  expect(process.files).toHaveLength(8);
});

describe('what is merged twice within minutes', () => {
  it('is counted once, and its files go', async () => {
    const { process, clock, all } = await segments(40);
    await rounds(process, clock, 3);
    expect(await counted(process)).toBe(40);
    await rounds(process, clock, 12);
    expect(await counted(process)).toBe(40);
    expect(process.files).toHaveLength(1);
    expect(await process.pages(ALL, 50)).toEqual(all);
  });

  it('is so by a process that was frozen: what it leaves behind goes', async () => {
    const { process, clock, all, entries, noted } = await segments(8);
    await rounds(process, clock, 1);
    const replaces = noted.map(({ name }) => name);
    const late = await writeSegment(process.folder ?? '', these(entries), { nowMs: clock.now(), replaces });
    await rounds(process, clock, 1);
    expect(await counted(process)).toBe(8);
    expect(process.files).not.toContain(late);
    expect(await process.pages(ALL, 10)).toEqual(all);
  });

  it('is found though the list of all files is that of before by then', async () => {
    const { process, clock, all, noted } = await segments(40);
    await rounds(process, clock, 2);
    for (const { name } of noted) rmSync(join(process.folder ?? '', name));
    expect(process.files).toHaveLength(2);
    await the.redis.flushall();
    await note(process, noted);
    await rounds(process, clock, 1);
    expect(await counted(process)).toBe(40);
    expect(await process.manifest.segments()).toHaveLength(1);
    expect(await process.pages(ALL, 50)).toEqual(all);
  });

  it('also where the later one does not tell of what the earlier one has replaced', async () => {
    const { process, clock, all, entries, noted } = await segments(2);
    const there = process.folder ?? '';
    const names = noted.map(({ name }) => name);
    const first = await writeSegment(there, these(entries), { nowMs: clock.now(), replaces: names });
    await writeSegment(there, these(entries), { nowMs: clock.now(), replaces: [first ?? ''] });
    for (const name of names) rmSync(join(there, name));
    await rounds(process, clock, 1);
    expect(await process.manifest.segments()).toEqual([expect.objectContaining({ count: 2, moved: true })]);
    expect(await process.pages(ALL, 10)).toEqual(all);
  });
});

it('a block that can be unpacked and holds something else stops neither merging nor retention', async () => {
  const { process, clock, entries, noted } = await segments(8);
  const [entry] = entries;
  if (!entry) throw new Error('there is one');
  const odd = { ...entry, toJSON: () => 'something else' };
  const name = await writeSegment(process.folder ?? '', these([odd]), { nowMs: clock.now() });
  await note(process, [...noted, { ...(await process.shelf.summary({ name: name ?? '' })), moved: true }]);
  await rounds(process, clock, 1);
  expect(process.files).toHaveLength(9);
  clock.advance(500 * DAY_MS);
  await rounds(process, clock, 1);
  expect(process.files).toEqual([]);
});
