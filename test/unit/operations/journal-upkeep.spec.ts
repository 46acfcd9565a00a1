import { OpenGuard } from '../../../src/operations/guard/open-guard.js';
import { StoreGuardedError, type GuardPass } from '../../../src/operations/guard/store-guard.js';
import { JournalUpkeep } from '../../../src/operations/journal-upkeep.js';
import { journaledRecords } from '../../../src/operations/journal/journaled-record.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { MemoryJournal } from '../support/memory-journal.js';
import { at, operation } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

class ClosedGuard extends OpenGuard {
  override pass(): GuardPass {
    throw new StoreGuardedError('It is being compared.');
  }
}

async function accepted(guard = new OpenGuard()) {
  const clock = new TestClock();
  const store = new RedisOperationStore(the.redis, clock);
  const journal = new MemoryJournal();
  await store.accept(operation(), null);
  await journal.append({ kind: 'RECORD', time: at(0), record: operation() });
  const upkeep = new JournalUpkeep(journal, store, guard, clock, silentLog());
  const state = async () => (await journaledRecords(journal.entries())).get(operation().id)?.record.state;
  return { store, upkeep, state };
}

describe('a journal of one machine among several', () => {
  it('learns what has ended elsewhere, once', async () => {
    const { store, upkeep, state } = await accepted();
    expect(await upkeep.learnEnds()).toBe(0);
    const request = { requestedBy: 'ada', requestedTime: at(1) };
    await store.transition(operation().id, { kind: 'CANCEL_REQUESTED', request });
    expect(await upkeep.learnEnds()).toBe(1);
    expect(await state()).toBe('CANCELLED');
    expect(await upkeep.learnEnds()).toBe(0);
  });

  it('keeps what the store does not know', async () => {
    const { upkeep, state } = await accepted();
    await the.redis.flushall();
    expect(await upkeep.learnEnds()).toBe(0);
    expect(await state()).toBe('PENDING');
  });

  it('learns nothing of a store that is not to be believed', async () => {
    const { upkeep } = await accepted(new ClosedGuard());
    await expect(upkeep.learnEnds()).rejects.toThrow(StoreGuardedError);
  });
});
