import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Scope } from '../../../../src/domain/access/scope.js';
import { FolderFiles } from '../../../../src/history/archive/folder-files.js';
import type { Operation } from '../../../../src/domain/operation.js';
import { HISTORY_KEYS } from '../../../../src/platform/redis/keys.js';
import { eventually } from '../../../support/eventually.js';
import { redisForThisFile } from '../../support/redis.js';
import { refusalOf } from '../../support/refusal.js';
import { TestClock } from '../../support/test-clock.js';
import { claimOf, DAY_MS, ended, HistoryProcess, historyFolder, keep } from './bench.js';

const the = redisForThisFile();
const folder = historyFolder();
const clock = new TestClock();
const ALL = { seen: Scope.ALL, newestFirst: true };

/** A folder with one segment, and a process that has nothing of it at hand. */
async function archived(
  files?: FolderFiles,
): Promise<{ reader: HistoryProcess; old: Operation; path: string }> {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const old = ended(clock, 90);
  await keep(process, [old]);
  await process.upkeep.round();
  const reader = new HistoryProcess(the.redis, process.folder, clock, {}, files ? { files } : {});
  return { reader, old, path: join(process.folder ?? '', process.files[0] ?? '') };
}

/** Whoever opens it waits until somebody opens its other end, as of a file server that does not answer. */
function hangs(path: string): { answer: () => void } {
  const was = readFileSync(path);
  rmSync(path);
  execFileSync('mkfifo', [path]);
  return {
    answer: () => {
      // Both ends: nobody waits for it.
      const end = openSync(path, constants.O_RDWR);
      rmSync(path);
      writeFileSync(path, was);
      closeSync(end);
    },
  };
}

describe('a folder that hangs', () => {
  it('takes few threads, stops no new work, and is read again once it answers', async () => {
    const { reader, old, path } = await archived(new FolderFiles(50));
    const hanging = hangs(path);
    try {
      for (let i = 0; i < 4; i += 1) {
        const { problem } = await refusalOf(reader.store.find(old.id));
        expect(problem).toMatchObject({ code: 'history-unavailable' });
        expect(problem.detail).toContain('does not answer');
      }
      expect(await reader.store.findClaim(claimOf(old).keyHash)).toBeNull();
      const page = await reader.store.list(ALL, null, 10);
      expect(page.unreadable).toEqual([expect.objectContaining({ operations: 1 })]);
      // More reads than the process has threads were asked for: those that are left do the rest.
      expect((await stat('/')).isDirectory()).toBe(true);
    } finally {
      hanging.answer();
    }
    expect(await eventually('it is read again', () => reader.store.find(old.id))).toEqual(old);
  });

  it('moves and deletes nothing: what is due stays in the store', async () => {
    const { reader, old, path } = await archived(new FolderFiles(50));
    const young = ended(clock, 70);
    await keep(reader, [young]);
    await the.redis.del(HISTORY_KEYS.segments, HISTORY_KEYS.version);
    const hanging = hangs(path);
    try {
      await expect(reader.upkeep.round()).rejects.toThrow('does not answer');
      expect(await reader.finished.count()).toBe(1);
    } finally {
      hanging.answer();
    }
    const patient = new HistoryProcess(the.redis, reader.folder, clock);
    expect(await patient.upkeep.round()).toBe('DONE');
    expect(await patient.pages(ALL, 10)).toEqual([young, old]);
  });
});

describe('a damaged file that nobody has told of', () => {
  async function damaged(): Promise<{ process: HistoryProcess; path: string }> {
    const process = new HistoryProcess(the.redis, folder(), clock);
    mkdirSync(process.folder ?? '');
    // When it was made is in its name.
    const at = (clock.now() - 10 * DAY_MS).toString(16).padStart(12, '0');
    const path = join(
      process.folder ?? '',
      `segment-${at.slice(0, 8)}-${at.slice(8)}-7000-8000-000000000000.ndjson.gz`,
    );
    writeFileSync(path, 'nothing that anybody can read');
    return { process, path };
  }

  it.each(['before', 'after'] as const)(
    'is told of, %s somebody has made a list of all files',
    async (when) => {
      const { process } = await damaged();
      if (when === 'after') await process.upkeep.round();
      const { unreadable } = await process.store.list(ALL, null, 10);
      expect(unreadable).toEqual([
        {
          fromTime: '1970-01-01T00:00:00.000Z',
          untilTime: new Date(clock.now() - 41 * DAY_MS).toISOString(),
          operations: null,
          detail: expect.stringContaining('not a segment') as string,
        },
      ]);
      const lost = ended(clock, 100);
      expect((await refusalOf(process.store.find(lost.id))).problem.code).toBe('history-unavailable');
      // Too young to be in it.
      expect(await process.store.find(ended(clock, 5).id)).toBeNull();
    },
  );

  it('stays, and is read once it is mended', async () => {
    const { reader, old, path } = await archived();
    const was = readFileSync(path);
    await the.redis.flushall();
    writeFileSync(path, was.subarray(0, 300));
    await reader.upkeep.round();
    expect((await reader.store.list(ALL, null, 10)).unreadable).toHaveLength(1);
    await reader.upkeep.round();
    writeFileSync(path, was);
    await reader.upkeep.round();
    expect(await reader.pages(ALL, 10)).toEqual([old]);
    expect(await reader.manifest.segments()).toEqual([expect.objectContaining({ count: 1, moved: true })]);
  });
});

it('a worker with another folder deletes nothing of what it does not see, however old that is', async () => {
  const [one, other] = [0, 1].map(() => new HistoryProcess(the.redis, folder(), clock, { maxOperations: 1 }));
  if (!one || !other) throw new Error('two of them');
  const keeping = new HistoryProcess(the.redis, one.folder, clock);
  const old = [ended(clock, 90), ended(clock, 91)];
  await keep(keeping, old);
  await keeping.upkeep.round();
  await other.upkeep.round();
  expect(await keeping.pages(ALL, 10)).toEqual(old);
  await one.upkeep.round();
  expect(await keeping.pages(ALL, 10)).toEqual([]);
  expect(one.files).toEqual([]);
});
