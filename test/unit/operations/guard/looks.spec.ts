import { GuardedProcess, ServerLife } from '../../support/guarded-process.js';
import { operation } from '../../support/operation.js';
import { redisForThisFile } from '../../support/redis.js';
import { SharedJournal } from '../../support/shared-journal.js';
import { TestClock } from '../../support/test-clock.js';

const the = redisForThisFile();

const BOOKS = operation({
  id: 'alpha.01900000-0000-7000-8000-000000000001',
  lockedGroupIds: ['alpha.books'],
});
/** Longer than a loss is announced and compared. */
const MOST_TURNS = 24;

/** Two processes of one machine; the first has opened a store that was new. */
async function pair() {
  const [clock, life, disk] = [new TestClock(), new ServerLife(), new SharedJournal('disk-1')];
  const [one, other] = [1, 2].map(() => new GuardedProcess(the.redis, life, disk, clock)) as [
    GuardedProcess,
    GuardedProcess,
  ];
  expect(await one.check()).toBe(true);
  await other.check();
  await one.accept(BOOKS);
  const untilOpen = async (): Promise<void> => {
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      const open = [await other.check(), await one.check()];
      if (open.every(Boolean)) return;
      clock.advance(250);
    }
    throw new Error('it does not open');
  };
  return { clock, life, one, other, untilOpen };
}

describe('looks at the sites, after something was lost', () => {
  it('are asked for as soon as the store is open; after a restart without loss they are not', async () => {
    const { clock, life, one, untilOpen } = await pair();
    const asked: (number | null)[] = [];
    one.keeper.whenLost(() => void asked.push(one.keeper.looksWantedSinceMs));
    life.identity = 'second-life';
    await untilOpen();
    expect(one.keeper.looksWantedSinceMs).toBeNull();
    const before = clock.now();
    await the.redis.flushall();
    await untilOpen();
    expect(asked).toHaveLength(1);
    expect(asked[0]).toBeGreaterThanOrEqual(before);
  });

  it('count when they began after the loss, also before this process noticed it', async () => {
    const { clock, one, other, untilOpen } = await pair();
    await the.redis.flushall();
    await other.check();
    clock.advance(100);
    await one.keeper.siteSeen('alpha', clock.now());
    await untilOpen();
    one.keeper.pass('alpha').check();
    expect(() => one.keeper.pass('beta')).toThrow('beta has not been looked at');
  });
});
