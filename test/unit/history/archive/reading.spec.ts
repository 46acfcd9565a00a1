import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Scope } from '../../../../src/domain/access/scope.js';
import { DR_ACTIONS } from '../../../../src/domain/dr-action.js';
import type { Operation } from '../../../../src/domain/operation.js';
import { matches } from '../../../../src/operations/operation-indexes.js';
import { cursorOf, onTheWay } from '../../../../src/operations/operation-order.js';
import type { OperationFilter } from '../../../../src/operations/operation-store.js';
import { redisForThisFile } from '../../support/redis.js';
import { refusalOf } from '../../support/refusal.js';
import { TestClock } from '../../support/test-clock.js';
import { DAY_MS, dyingAfter, ended, HistoryProcess, historyFolder, keep, leaseRunsOut } from './bench.js';

const the = redisForThisFile();
const folder = historyFolder();
const clock = new TestClock();

const SITES = ['alpha', 'beta', 'gamma', 'delta'];
const STATES = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED'] as const;
const ACTIONS = DR_ACTIONS.slice(0, 4);
const OUTCOMES = ['FULL', 'PARTIAL', 'NONE'] as const;
const PEOPLE = ['ada', 'ben {ops}', 'cy'];

/** The same one for the same number. */
function varied(i: number, daysAgo: number): Operation {
  const of = <T>(all: readonly T[], by: number): T => all[Math.floor(i / by) % all.length] as T;
  const siteId = of(SITES, 1);
  return ended(clock, daysAgo, {
    siteId,
    provider: siteId === 'alpha' ? 'sdrs' : 'srm',
    state: of(STATES, 2),
    action: of(ACTIONS, 3),
    outcome: of(OUTCOMES, 5),
    requestedBy: of(PEOPLE, 7),
    origin: i % 11 === 0 ? 'EXTERNAL' : 'GATEWAY',
    reason: i % 3 === 0 ? 'Storage drill' : null,
    target: { type: 'RECOVERY_PLAN', id: `${siteId}.plan-${i % 6}`, name: i % 4 ? 'Mail' : 'Books' },
    parentId: i % 13 === 0 ? `${siteId}.a-parent` : null,
    // Each holds its own: they are all accepted before any has ended.
    lockedGroupIds: i % 5 === 0 ? [] : [`${siteId}.group-${i}`],
  });
}

/** Of some sites all, of some a few plans and groups, among them such as nobody knows; or everything, or nothing. */
const anyScope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constantFrom(Scope.ALL, Scope.NONE),
  fc
    .record({
      whole: fc.subarray(SITES, { maxLength: 2 }),
      parts: fc.uniqueArray(
        fc
          .record({ site: fc.constantFrom(...SITES), kind: fc.constantFrom('plan', 'group', 'none') })
          .chain(({ site, kind }) =>
            fc.nat({ max: kind === 'group' ? 399 : 5 }).map((n) => `${site}.${kind}-${n}`),
          ),
        { maxLength: 12 },
      ),
    })
    .map(({ whole, parts }) => {
      const siteIds = [...new Set(parts.map((id) => id.slice(0, id.indexOf('.'))))];
      return Scope.of(
        whole,
        new Map(siteIds.map((site) => [site, parts.filter((id) => id.startsWith(`${site}.`))])),
      );
    }),
);

/** By itself, not as the store has it. */
function isSeen({ siteId, target, lockedGroupIds }: Operation, seen: Scope): boolean {
  if (seen.isAll || seen.coversSite(siteId)) return true;
  return [target.id, ...lockedGroupIds].some((id) => id !== null && seen.targetIdsOf(siteId).includes(id));
}

function brute(all: readonly Operation[], filter: OperationFilter): Operation[] {
  const order = onTheWay(filter.newestFirst);
  const wanted = { ...filter, seen: Scope.ALL };
  return all
    .filter((one) => isSeen(one, filter.seen) && matches(one, wanted))
    .sort((a, b) => order(cursorOf(a), cursorOf(b)));
}

const maybe = <T>(all: readonly T[]): fc.Arbitrary<T | undefined> =>
  fc.option(fc.constantFrom(...all), { nil: undefined, freq: 2 });
const moment = fc.option(
  fc.integer({ min: 0, max: 200 }).map((days) => clock.now() - days * DAY_MS),
  { nil: undefined, freq: 2 },
);
const anyFilter: fc.Arbitrary<OperationFilter> = fc
  .record({
    siteId: maybe(SITES),
    provider: maybe(['sdrs', 'srm']),
    state: fc.option(fc.subarray([...STATES], { minLength: 1 }), { nil: undefined, freq: 2 }),
    action: maybe(ACTIONS),
    outcome: maybe(OUTCOMES),
    targetId: maybe(['alpha.plan-0', 'beta.plan-1', 'nowhere.plan']),
    requestedBy: maybe(PEOPLE),
    origin: maybe(['GATEWAY', 'EXTERNAL'] as const),
    parentId: maybe(['alpha.a-parent']),
    q: maybe(['mail', 'STORAGE']),
    createdAfter: moment,
    createdBefore: moment,
    endedAfter: moment,
    endedBefore: moment,
    newestFirst: fc.boolean(),
    seen: anyScope,
  })
  .map(
    (given) =>
      Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      ) as unknown as OperationFilter,
  );

describe('a history of which most is in the archive', () => {
  let process: HistoryProcess;
  let all: Operation[];

  beforeEach(async () => {
    process = new HistoryProcess(the.redis, folder(), clock);
    all = Array.from({ length: 400 }, (_, i) => varied(i, 190 - (i * 187) / 400));
    // In four segments, of which some overlap.
    for (const part of [0, 1, 2, 3]) {
      await keep(
        process,
        all.filter((_one, i) => i < 260 && (part === 3 ? i >= 200 : i < 200 && i % 3 === part)),
      );
      await process.upkeep.round();
    }
    await keep(process, all.slice(260));
  });

  it('answers any filters in both orders, whatever the size of a page', async () => {
    expect(process.files).toHaveLength(4);
    const sizes = fc.constantFrom(1, 7, 50, 200);
    await fc.assert(
      fc.asyncProperty(anyFilter, sizes, async (filter, pageSize) => {
        const wanted = brute(all, filter);
        if (pageSize === 1 && wanted.length > 40) return;
        expect(await process.pages(filter, pageSize)).toEqual(wanted);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  it.each([true, false])(
    'a place stays good while operations move (newest first: %s)',
    async (newestFirst) => {
      const later = new TestClock(clock.now() + 100 * DAY_MS);
      let commands = 20;
      const bitByBit = async (): Promise<void> => {
        commands += 15;
        const dying = dyingAfter(commands, the.redis);
        await new HistoryProcess(dying, process.folder, later).upkeep.round().catch(() => undefined);
        await leaseRunsOut(the.redis);
      };
      const pages = await process.pages({ seen: Scope.ALL, newestFirst }, 9, bitByBit);
      expect(pages).toEqual(brute(all, { seen: Scope.ALL, newestFirst }));
      expect(await process.finished.count()).toBe(0);
    },
    60_000,
  );

  it('a page deep in it takes as many commands and reads as the first one', async () => {
    const cost = async (after: Operation): Promise<number> => {
      let commands = 0;
      const counting = new Proxy(the.redis, {
        get: (target, name) => {
          const found: unknown = Reflect.get(target, name);
          if (typeof found !== 'function') return found;
          commands += 1;
          return (found as () => unknown).bind(target);
        },
      });
      const reader = new HistoryProcess(counting, process.folder, clock);
      await reader.archived.warm();
      commands = 0;
      await reader.store.list({ seen: Scope.ALL, newestFirst: true, siteId: 'beta' }, cursorOf(after), 10);
      return commands;
    };
    const [first, deep] = [await cost(all[240] as Operation), await cost(all[60] as Operation)];
    expect(deep).toBeLessThanOrEqual(first);
  });
});

describe('what cannot be read is said', () => {
  const old = [80, 90, 100].map((days) => ended(clock, days));
  const young = ended(clock, 5);
  let process: HistoryProcess;
  let path: string;

  const fresh = (where: string | null = process.folder): HistoryProcess =>
    new HistoryProcess(the.redis, where, clock);

  beforeEach(async () => {
    process = new HistoryProcess(the.redis, folder(), clock);
    await keep(process, [...old, young]);
    await process.upkeep.round();
    path = join(process.folder ?? '', process.files[0] ?? '');
  });

  const damage: [string, () => void, RegExp][] = [
    ['a missing file', () => rmSync(path), /not in the folder/],
    ['a file that is cut off', () => truncateSync(path, 300), /cut off/],
    [
      'a file of which a byte has changed',
      () => {
        const bytes = readFileSync(path);
        bytes[100] = (bytes[100] ?? 0) ^ 0xff;
        writeFileSync(path, bytes);
      },
      /damaged/,
    ],
    ['an empty file', () => writeFileSync(path, ''), /cut off/],
  ];

  it.each(damage)('%s', async (_name, harm, words) => {
    harm();
    const reader = fresh();
    const page = await reader.store.list({ seen: Scope.ALL, newestFirst: true }, null, 10);
    expect(page.items).toEqual([young]);
    expect(page.next).toBeNull();
    expect(page.unreadable).toEqual([
      {
        fromTime: old[2]?.createdTime,
        untilTime: old[0]?.createdTime,
        operations: 3,
        detail: expect.stringMatching(words) as string,
      },
    ]);
    const refused = await refusalOf(reader.store.find(old[1]?.id ?? ''));
    expect(refused.problem.code).toBe('history-unavailable');
    expect(await reader.store.find(young.id)).toEqual(young);
  });

  const see = (...siteIds: string[]): Scope => Scope.of(siteIds, new Map());

  it('who sees none of it hears nothing of it', async () => {
    rmSync(path);
    const page = await fresh().store.list({ seen: see('beta'), newestFirst: true }, null, 10);
    expect(page).toEqual({ items: [], next: null });
  });

  it('who sees a part of it hears of its days, and neither of its name nor of how much it holds', async () => {
    rmSync(path);
    const seen = Scope.of([], new Map([['alpha', ['alpha.books']]]));
    const { unreadable } = await fresh().store.list({ seen, newestFirst: true }, null, 10);
    const days = [old[2], old[0]].map((one) => one?.createdTime.slice(0, 10));
    expect(unreadable).toEqual([
      {
        fromTime: `${days[0] ?? ''}T00:00:00.000Z`,
        untilTime: expect.stringMatching(/T00:00:00\.000Z$/) as string,
        operations: null,
        detail: 'It is not in the folder that this process sees.',
      },
    ]);
  });

  it('a process that sees no folder says so', async () => {
    const page = await fresh(null).store.list({ seen: Scope.ALL, newestFirst: true }, null, 10);
    expect(page.unreadable?.[0]?.detail).toContain('sees no folder');
  });

  it('a page that has nothing to do with it says nothing', async () => {
    rmSync(path);
    const since = { seen: Scope.ALL, newestFirst: true, createdAfter: clock.now() - 50 * DAY_MS };
    expect(await fresh().store.list(since, null, 10)).toEqual({ items: [young], next: null });
    expect(await fresh().store.list({ seen: Scope.ALL, newestFirst: true }, null, 1)).toMatchObject({
      items: [young],
    });
  });

  it('new work is not refused for it, and its operations stay unknown to the store', async () => {
    rmSync(path);
    expect(await fresh().store.findClaim('key')).toBeNull();
    expect(await fresh().upkeep.round()).toBe('DONE');
    expect(
      (await fresh().store.list({ seen: Scope.ALL, newestFirst: true }, null, 10)).unreadable,
    ).toHaveLength(1);
  });
});
