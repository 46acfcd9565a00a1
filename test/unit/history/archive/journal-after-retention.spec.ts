import {
  JournalComparison,
  type ComparedClock,
} from '../../../../src/operations/guard/journal-comparison.js';
import { RedisRestorableStore } from '../../../../src/operations/guard/redis-restorable-store.js';
import { RedisOperationStore } from '../../../../src/operations/redis-operation-store.js';
import { MemoryJournal } from '../../support/memory-journal.js';
import { operationIn } from '../../support/operation.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';
import { claimOf, DAY_MS, ended } from './bench.js';

const the = redisForThisFile();
const clock = new TestClock();

async function gapsOf(
  record: ReturnType<typeof ended>,
  at: { clock?: TestClock; skew?: ComparedClock } = {},
): Promise<number> {
  const journal = new MemoryJournal();
  await journal.append({ kind: 'RECORD', time: record.updatedTime, record, claim: claimOf(record) });
  const store = new RedisRestorableStore(the.redis, new RedisOperationStore(the.redis, clock), clock);
  const comparison = new JournalComparison(journal, store, at.clock ?? clock, at.skew);
  const { gaps, keyed } = await comparison.compare();
  expect(keyed).toEqual([]);
  return gaps.length;
}

it('what retention may have deleted, for its age or because there was too much, is no loss, though a journal still knows it', async () => {
  expect(await gapsOf(ended(clock, 32))).toBe(0);
});

it('what is younger, or has not ended, is one', async () => {
  expect(await gapsOf(ended(clock, 30))).toBe(1);
  expect(await gapsOf(operationIn('RUNNING', { createdTime: ended(clock, 400).createdTime }))).toBe(1);
});

it('by a clock that is in doubt nothing is old enough to have been deleted', async () => {
  const ahead = new TestClock(clock.now() + 365 * DAY_MS);
  const measure = (): Promise<void> => Promise.resolve();
  const wrong = { skewMs: () => 365 * DAY_MS, fault: () => 'It is too far ahead.', measure };
  const unknown = { skewMs: () => null, fault: () => null, measure };
  expect(await gapsOf(ended(clock, 1), { clock: ahead, skew: wrong })).toBe(1);
  expect(await gapsOf(ended(clock, 1), { clock: ahead, skew: unknown })).toBe(1);
});

it('one that was not compared with the store’s yet is compared first', async () => {
  let skewMs: number | null = null;
  const measure = (): Promise<void> => {
    skewMs = 0;
    return Promise.resolve();
  };
  expect(await gapsOf(ended(clock, 32), { skew: { skewMs: () => skewMs, fault: () => null, measure } })).toBe(
    0,
  );
});
