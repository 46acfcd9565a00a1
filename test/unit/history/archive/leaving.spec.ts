import { Scope } from '../../../../src/domain/access/scope.js';
import type { Operation } from '../../../../src/domain/operation.js';
import { OpenGuard } from '../../../../src/operations/guard/open-guard.js';
import { RedisPastRecords } from '../../../../src/operations/redis-past-records.js';
import { isoTime } from '../../../../src/platform/clock.js';
import {
  DurableWrites,
  type DurableAnswer,
  type DurableWrite,
} from '../../../../src/platform/redis/durable-writes.js';
import { operationKeys, shardOf } from '../../../../src/platform/redis/keys.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';
import { ended, HistoryProcess, historyFolder, keep } from './bench.js';

const the = redisForThisFile();
const folder = historyFolder();
const ALL = { seen: Scope.ALL, newestFirst: true };
const MINUTE_MS = 60_000;

const idsOf = (operations: readonly Operation[]): string[] => operations.map(({ id }) => id).sort();

/** Takes over what ended at the site long ago. */
async function takeOver(clock: TestClock, daysAgo: number): Promise<Operation> {
  const run = ended(clock, daysAgo, { origin: 'EXTERNAL' });
  const past = new RedisPastRecords(the.redis, new OpenGuard());
  expect(await past.record(run, 'Taken over.', isoTime(clock.now()))).toBe(true);
  return run;
}

describe('what is taken over from the history of a site', () => {
  const midnight = Date.UTC(2030, 0, 3);

  it('moves when the next day is over, all of a day together', async () => {
    const clock = new TestClock(midnight - 5 * MINUTE_MS);
    const process = new HistoryProcess(the.redis, folder(), clock);
    const runs: Operation[] = [];
    for (let minute = 0; minute < 4; minute += 1) {
      runs.push(await takeOver(clock, 70 + minute));
      expect(await process.upkeep.round()).toBe('DONE');
      clock.advance(MINUTE_MS);
    }
    clock.advance(23 * 60 * MINUTE_MS);
    await process.upkeep.round();
    expect(process.files).toEqual([]);
    expect(await process.finished.count()).toBe(4);
    clock.advance(60 * MINUTE_MS + MINUTE_MS);
    await process.upkeep.round();
    expect(process.files).toHaveLength(1);
    expect(await process.finished.count()).toBe(0);
    expect(idsOf(await process.pages(ALL, 10))).toEqual(idsOf(runs));
  });

  it('does not hold up what else is due', async () => {
    const clock = new TestClock();
    const process = new HistoryProcess(the.redis, folder(), clock);
    const run = await takeOver(clock, 90);
    const old = ended(clock, 70);
    await keep(process, [old]);
    await process.upkeep.round();
    expect(process.files).toHaveLength(1);
    expect(await process.finished.count()).toBe(1);
    expect(await process.pages(ALL, 10)).toEqual([old, run]);
  });

  it('is not read again each minute while it waits', async () => {
    const clock = new TestClock();
    const process = new HistoryProcess(the.redis, folder(), clock);
    await takeOver(clock, 90);
    await process.upkeep.round();
    const read = import.meta.jest.spyOn(process.finished, 'entryOf');
    clock.advance(MINUTE_MS);
    await process.upkeep.round();
    expect(read).not.toHaveBeenCalled();
  });
});

/** As many replicas as somebody says; the script is run all the same. */
class ToldWrites extends DurableWrites {
  safe = false;

  override async run({ script, keys, args }: DurableWrite): Promise<DurableAnswer> {
    return { answer: await script.run(the.redis, keys, args), safe: this.safe };
  }
}

it('nothing leaves the store before enough replicas have the note of its segment', async () => {
  const clock = new TestClock();
  const durable = new ToldWrites(the.redis, { replicas: 1 });
  const process = new HistoryProcess(the.redis, folder(), clock, {}, { durable });
  const old = [ended(clock, 70), ended(clock, 71)];
  await keep(process, old);
  for (let round = 0; round < 3; round += 1) {
    expect(await process.upkeep.round()).toBe('DONE');
    expect(process.files).toHaveLength(1);
    expect(await process.finished.count()).toBe(2);
    expect(await process.pages(ALL, 10)).toEqual(old);
  }
  durable.safe = true;
  expect(await process.upkeep.round()).toBe('DONE');
  expect(process.files).toHaveLength(1);
  expect(await process.finished.count()).toBe(0);
  expect(await process.pages(ALL, 10)).toEqual(old);
});

it('noting a segment again is no news for those who read', async () => {
  const clock = new TestClock();
  const process = new HistoryProcess(the.redis, folder(), clock);
  await keep(process, [ended(clock, 70)]);
  await process.upkeep.round();
  const [version, [segment]] = [await process.manifest.version(), await process.manifest.segments()];
  await process.manifest.hold('somebody', MINUTE_MS);
  if (segment) expect(await process.manifest.note('somebody', segment)).toBe(true);
  expect(await process.manifest.version()).toBe(version);
});

it('the step of a composite that has not ended stays where that looks for it', async () => {
  const clock = new TestClock();
  const process = new HistoryProcess(the.redis, folder(), clock);
  const parent = ended(clock, 70, { state: 'UNKNOWN', outcome: null, endedTime: null });
  const step = ended(clock, 70, { parentId: parent.id });
  await keep(process, [parent, step]);
  for (let round = 0; round < 2; round += 1) await process.upkeep.round();
  expect(await process.finished.count()).toBe(2);
  await the.redis.zrem(operationKeys(shardOf(parent.siteId)).open, parent.id);
  await process.upkeep.round();
  expect(await process.finished.count()).toBe(1);
  expect(await process.store.find(step.id)).toEqual(step);
});
