import { ForgivingArchive } from '../../../../src/operations/operation-archive.js';
import { JournalComparison } from '../../../../src/operations/guard/journal-comparison.js';
import { RedisRestorableStore } from '../../../../src/operations/guard/redis-restorable-store.js';
import { RedisOperationStore } from '../../../../src/operations/redis-operation-store.js';
import { rmSync } from 'node:fs';
import { MemoryJournal } from '../../support/memory-journal.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';
import { claimOf, ended, HistoryProcess, historyFolder, keep } from './bench.js';

const the = redisForThisFile();
const folder = historyFolder();
const clock = new TestClock();

/** A journal that still knows an operation which has left the store, and what the guard would make of it. */
async function compared(process: HistoryProcess) {
  const old = ended(clock, 70);
  await keep(process, [old]);
  await process.upkeep.round();
  const journal = new MemoryJournal();
  await journal.append({ kind: 'RECORD', time: old.updatedTime, record: old, claim: claimOf(old) });
  const none = undefined;
  const known = new ForgivingArchive(process.archived);
  const inner = new RedisOperationStore(the.redis, clock, none, none, none, none, known);
  return new JournalComparison(journal, new RedisRestorableStore(the.redis, inner, clock), clock);
}

it('what a journal still knows of the archive is no loss, and its key is not given back', async () => {
  const comparison = await compared(new HistoryProcess(the.redis, folder(), clock));
  const { gaps, keyed } = await comparison.compare();
  expect(gaps).toEqual([]);
  await comparison.giveBackKeys(keyed);
  expect(await the.redis.keys('drg:{s*:idem:*')).toEqual([]);
});

it('an archive that cannot be read does not keep the guard closed', async () => {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const comparison = await compared(process);
  rmSync(process.folder ?? '', { recursive: true });
  expect((await comparison.compare()).gaps).toHaveLength(1);
});
