import { Scope } from '../../../../src/domain/access/scope.js';
import type { ClockSkew } from '../../../../src/platform/clock-skew.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';
import { DAY_MS, ended, HistoryProcess, historyFolder, keep } from './bench.js';

const the = redisForThisFile();
const folder = historyFolder();
const clock = new TestClock();
const wrong = new TestClock(clock.now() + 500 * DAY_MS);
const ALL = { seen: Scope.ALL, newestFirst: true };

/** A worker whose clock is more than a year ahead, beside a history of which a part is in the archive. */
async function ahead(skew: Pick<ClockSkew, 'skewMs' | 'fault'>) {
  const process = new HistoryProcess(the.redis, folder(), clock);
  const [archived, stored] = [ended(clock, 70), ended(clock, 1)];
  await keep(process, [archived, stored]);
  await process.upkeep.round();
  const worker = new HistoryProcess(the.redis, process.folder, wrong, {}, { skew });
  return { process, worker, all: [stored, archived] };
}

it.each([
  ['is wrong', 500 * DAY_MS, 'This machine’s clock is too far ahead.'],
  ['was not compared with the store’s yet', null, null],
])('a worker whose clock %s moves nothing and deletes nothing', async (_words, skewMs, fault) => {
  const { process, worker, all } = await ahead({ skewMs: () => skewMs, fault: () => fault });
  expect(await worker.upkeep.round()).toBe('GUARDED');
  expect(await process.pages(ALL, 10)).toEqual(all);
  expect(process.files).toHaveLength(1);
  expect(await process.upkeep.round()).toBe('DONE');
});

it('one whose clock is found to be wrong in the middle of a round stops before it deletes anything', async () => {
  let asked = 0;
  const skewMs = (): number => ((asked += 1) === 1 ? 0 : 500 * DAY_MS);
  const fault = (): string | null => (asked === 1 ? null : 'This machine’s clock is too far ahead.');
  const { process, worker, all } = await ahead({ skewMs, fault });
  expect(await worker.upkeep.round()).toBe('GUARDED');
  expect(asked).toBe(2);
  expect(await process.pages(ALL, 10)).toEqual(all);
});

it('it goes on as soon as the clock is right', async () => {
  let skewMs: number | null = null;
  const process = new HistoryProcess(
    the.redis,
    folder(),
    clock,
    {},
    { skew: { skewMs: () => skewMs, fault: () => null } },
  );
  await keep(process, [ended(clock, 70)]);
  expect(await process.upkeep.round()).toBe('GUARDED');
  skewMs = 0;
  expect(await process.upkeep.round()).toBe('DONE');
  expect(process.files).toHaveLength(1);
});
