import { JournalComparison } from '../../../../src/operations/guard/journal-comparison.js';
import { RedisRestorableStore } from '../../../../src/operations/guard/redis-restorable-store.js';
import { RedisOperationStore } from '../../../../src/operations/redis-operation-store.js';
import { MemoryJournal } from '../../support/memory-journal.js';
import { operationIn } from '../../support/operation.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';
import { claimOf, ended } from './bench.js';

const the = redisForThisFile();
const clock = new TestClock();
const RETENTION_MS = 40 * 24 * 3_600_000;

async function gapsOf(record: ReturnType<typeof ended>): Promise<number> {
  const journal = new MemoryJournal();
  await journal.append({ kind: 'RECORD', time: record.updatedTime, record, claim: claimOf(record) });
  const store = new RedisRestorableStore(the.redis, new RedisOperationStore(the.redis, clock), clock);
  const { gaps, keyed } = await new JournalComparison(journal, store, clock, RETENTION_MS).compare();
  expect(keyed).toEqual([]);
  return gaps.length;
}

it('what retention has deleted is no loss, though a journal still knows it', async () => {
  expect(await gapsOf(ended(clock, 41))).toBe(0);
});

it('what is younger, or has not ended, is one', async () => {
  expect(await gapsOf(ended(clock, 39))).toBe(1);
  expect(await gapsOf(operationIn('RUNNING', { createdTime: ended(clock, 400).createdTime }))).toBe(1);
});
