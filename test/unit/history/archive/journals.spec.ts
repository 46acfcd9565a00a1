import { rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from '../../../../src/domain/operation.js';
import { JournalComparison } from '../../../../src/operations/guard/journal-comparison.js';
import { RedisRestorableStore } from '../../../../src/operations/guard/redis-restorable-store.js';
import { RedisOperationStore } from '../../../../src/operations/redis-operation-store.js';
import { MemoryJournal } from '../../support/memory-journal.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';
import { claimOf, ended, HistoryProcess, historyFolder, keep } from './bench.js';

const the = redisForThisFile();
const folder = historyFolder();
const clock = new TestClock();

interface Compared {
  comparison: JournalComparison;
  restorable: RedisRestorableStore;
  /** As the journal has it. */
  known: Operation;
}

/** A journal that still knows an operation which has left the store, and what the guard would make of it. */
async function compared(process: HistoryProcess, changes: Partial<Operation> = {}): Promise<Compared> {
  const old = ended(clock, 70);
  await keep(process, [old]);
  await process.upkeep.round();
  const known = { ...old, ...changes };
  const journal = new MemoryJournal();
  await journal.append({ kind: 'RECORD', time: old.updatedTime, record: known, claim: claimOf(old) });
  const none = undefined;
  // Another process, which has nothing of it at hand.
  const { archived } = new HistoryProcess(the.redis, process.folder, clock);
  const inner = new RedisOperationStore(the.redis, clock, none, none, none, none, archived);
  const restorable = new RedisRestorableStore(the.redis, inner, clock);
  return { comparison: new JournalComparison(journal, restorable, clock), restorable, known };
}

it('what a journal still knows of the archive is no loss, and its key is not given back', async () => {
  const { comparison } = await compared(new HistoryProcess(the.redis, folder(), clock));
  const { gaps, keyed } = await comparison.compare();
  expect(gaps).toEqual([]);
  await comparison.giveBackKeys(keyed);
  expect(await the.redis.keys('drg:{s*:idem:*')).toEqual([]);
});

describe('what may be in a part of the archive that cannot be read', () => {
  const harm: [string, (process: HistoryProcess) => void][] = [
    ['is not there', ({ folder: all }) => rmSync(all ?? '', { recursive: true })],
    ['is damaged', ({ folder: all, files: [one = ''] }) => truncateSync(join(all ?? '', one), 300)],
  ];
  const missedItsEnd: Partial<Operation> = {
    state: 'CANCELLING',
    outcome: null,
    endedTime: null,
    lockedGroupIds: ['alpha.books'],
  };

  it.each(harm)(
    'does not come back to life from a journal that missed its end: it %s',
    async (_words, done) => {
      const process = new HistoryProcess(the.redis, folder(), clock);
      const { comparison, restorable, known } = await compared(process, missedItsEnd);
      done(process);
      const { gaps, unreadable } = await comparison.compare();
      expect(gaps).toEqual([]);
      expect(unreadable).toBe(1);
      expect(await restorable.restore(known, claimOf(known), true)).toEqual({ kind: 'UNREADABLE' });
      expect(await the.redis.keys('drg:{s*:op:*')).toEqual([]);
      expect(await the.redis.keys('drg:{s*:lock:*')).toEqual([]);
    },
  );

  it('does not keep the guard closed', async () => {
    const process = new HistoryProcess(the.redis, folder(), clock);
    const { comparison } = await compared(process);
    rmSync(process.folder ?? '', { recursive: true });
    const { gaps, unreadable } = await comparison.compare();
    expect(gaps).toEqual([]);
    expect(unreadable).toBe(1);
  });

  it('says nothing of what is too young to be there: that is written back', async () => {
    const process = new HistoryProcess(the.redis, folder(), clock);
    const { restorable } = await compared(process);
    rmSync(process.folder ?? '', { recursive: true });
    const lost = ended(clock, 5, { ...missedItsEnd, lockedGroupIds: [] });
    expect((await restorable.restore(lost, claimOf(lost), true)).kind).toBe('RESTORED');
  });
});
