import { join } from 'node:path';
import { Scope } from '../../../../src/domain/access/scope.js';
import { writeSegment } from '../../../../src/history/archive/segment-writing.js';
import { summaryOf } from '../../../../src/history/archive/segment-file.js';
import type { Operation } from '../../../../src/domain/operation.js';
import { cursorOf } from '../../../../src/operations/operation-order.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';
import { ended, HistoryProcess, historyFolder } from './bench.js';

const the = redisForThisFile();
const folder = historyFolder();
const clock = new TestClock();

const SEGMENTS = 40;
const RUNS = 12;

/** What the history of one site tells of a year, in a segment of its own. */
function pastOf(segment: number): Operation[] {
  return Array.from({ length: RUNS }, (_, i) =>
    ended(clock, 70 + (RUNS - i) * 28 - segment / 1_440, { siteId: `site-${segment}`, origin: 'EXTERNAL' }),
  );
}

async function* entriesOf(operations: readonly Operation[]) {
  for (const record of operations) yield { record, events: [], claim: null };
}

describe('more segments over the same year than one call reads', () => {
  let path: string;
  let wanted: string[];

  beforeEach(async () => {
    path = folder();
    const { manifest } = new HistoryProcess(the.redis, path, clock);
    await manifest.hold('importer', 60_000);
    const all: Operation[] = [];
    for (let segment = 0; segment < SEGMENTS; segment += 1) {
      const past = pastOf(segment);
      all.push(...past);
      const name = (await writeSegment(path, entriesOf(past))) ?? '';
      await manifest.note('importer', { ...(await summaryOf(join(path, name))), moved: true });
    }
    await manifest.release('importer');
    all.sort((a, b) => cursorOf(a).createdMs - cursorOf(b).createdMs);
    wanted = all.map(({ id }) => id);
  });

  it.each([
    [true, 'at hand', 25],
    [true, 'not at hand', 7],
    [false, 'at hand', 7],
    [false, 'not at hand', 25],
  ])(
    'each operation is seen once, and the way ends (newest first: %s, indexes %s, pages of %s)',
    async (newestFirst, indexes, pageSize) => {
      const reader = new HistoryProcess(the.redis, path, clock);
      if (indexes === 'at hand') await reader.archived.warm();
      const seen: string[] = [];
      let place = null;
      // More calls than this one does not need: a place that does not move would ask for ever.
      for (let calls = 0; calls < 200; calls += 1) {
        const page = await reader.store.list({ seen: Scope.ALL, newestFirst }, place, pageSize);
        seen.push(...page.items.map(({ id }) => id));
        place = page.next;
        if (!place) break;
      }
      expect(place).toBeNull();
      expect(seen).toEqual(newestFirst ? [...wanted].reverse() : wanted);
    },
    60_000,
  );
});
