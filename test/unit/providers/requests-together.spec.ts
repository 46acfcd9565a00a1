import { LocalAddressCounts } from '../../../src/providers/address-counts.js';
import { aheadOfAll, inLane, type Lane } from '../../../src/providers/lanes.js';
import type { ProviderError } from '../../../src/providers/provider-error.js';
import { RequestBudget } from '../../../src/providers/request-budget.js';
import { TestClock } from '../support/test-clock.js';

const URL = 'https://Appliance.example/api';
const LIMITS = {
  address: { requests: 100, windowSeconds: 60 },
  session: { requests: 50, windowSeconds: 60 },
};

function bench(limits: Partial<typeof LIMITS> | { session: null } = {}) {
  const clock = new TestClock();
  const counts = new LocalAddressCounts(clock);
  const waits: number[] = [];
  const pause = (ms: number): Promise<void> => {
    waits.push(ms);
    clock.advance(ms);
    return Promise.resolve();
  };
  const make = (url = URL) =>
    new RequestBudget(url, { ...LIMITS, ...limits }, { counts, clock, pause, random: () => 0 });
  return { clock, counts, waits, make, budget: make() };
}

/** How many of so many requests find a place. */
async function flood(budget: RequestBudget, lane: Lane, requests: number): Promise<number> {
  let taken = 0;
  for (let n = 0; n < requests; n += 1) {
    await inLane(lane, () => budget.take()).then(
      () => (taken += 1),
      () => undefined,
    );
  }
  return taken;
}

/** Work that asks so much, all at once. */
function requests(budget: RequestBudget, n: number): () => Promise<void> {
  return () => Promise.all(Array.from({ length: n }, () => budget.take())).then(() => undefined);
}

async function refusalOf(taking: Promise<void>): Promise<ProviderError> {
  return taking.then(
    () => {
      throw new Error('there was a place');
    },
    (error: unknown) => error as ProviderError,
  );
}

describe('places that are taken together', () => {
  it('are all there or none: who is refused has used up nothing', async () => {
    const { budget } = bench();
    await flood(budget, 'ACTION', 40);
    const refusal = await refusalOf(inLane('ACTION', () => budget.together(5, requests(budget, 5))));
    expect(refusal).toMatchObject({ kind: 'RATE_LIMITED', retry: 'TEMPORARY', heldBack: true });
    expect(await budget.use()).toMatchObject({ used: 40 });
    await inLane('ACTION', () => budget.together(3, requests(budget, 3)));
    expect(await budget.use()).toMatchObject({ used: 43 });
  });

  it('are given back where the work did not need them, also when it failed', async () => {
    const { budget } = bench();
    await inLane('ACTION', () => budget.together(5, requests(budget, 2)));
    const failed = inLane('ACTION', () => budget.together(5, () => Promise.reject(new Error('gone'))));
    await expect(failed).rejects.toThrow('gone');
    expect(await budget.use()).toMatchObject({ used: 2, spent: { EMERGENCY: 0.04 } });
  });

  it('are no more than the lane has at all', async () => {
    const { budget } = bench({ session: { requests: 4, windowSeconds: 60 } });
    await inLane('ACTION', () => budget.together(9, requests(budget, 1)));
    expect(await budget.use()).toMatchObject({ used: 1 });
  });

  it('are for the work alone: not for a log-in in its course, nor for what outlives it', async () => {
    const { budget } = bench();
    let later: Promise<void> = Promise.resolve();
    let over = (): void => undefined;
    const end = new Promise<void>((resolve) => (over = resolve));
    await inLane('ACTION', () =>
      budget.together(3, async () => {
        await aheadOfAll(() => budget.take());
        await budget.take();
        later = end.then(() => budget.take());
      }),
    );
    expect(await budget.use()).toMatchObject({ used: 2 });
    over();
    await later;
    expect(await budget.use()).toMatchObject({ used: 3 });
  });

  it('let what was begun with them be finished before the next begins', async () => {
    const { budget, waits } = bench();
    await flood(budget, 'ACTION', 38);
    waits.length = 0;
    await inLane('ACTION', () => budget.together(5, requests(budget, 7)));
    expect(await budget.use()).toMatchObject({ used: 45 });
    expect(waits).toEqual([]);
  });

  it('of a round of watching are there however many actions there are', async () => {
    const { budget, waits } = bench();
    await flood(budget, 'ACTION', 200);
    waits.length = 0;
    for (let round = 0; round < 2; round += 1) {
      await inLane('WATCH', () => budget.together(2, requests(budget, 2)));
    }
    await inLane('SEND', () => budget.take());
    expect(waits).toEqual([]);
  });

  it('are handed out to looks before actions in the order in which they came', async () => {
    const { budget, clock } = bench();
    await flood(budget, 'EMERGENCY', 43);
    clock.advance(60_500);
    const served: number[] = [];
    await Promise.all(
      [0, 1, 2].map((n) =>
        inLane('ACTION', () => budget.together(5, async () => void served.push(n)).catch(() => undefined)),
      ),
    );
    expect(served).toEqual([0, 1, 2]);
  });

  it('do not let all who were refused come back at the same moment', async () => {
    const { counts, clock } = bench();
    const chances = [0, 0.5, 0.999];
    const random = (): number => chances.shift() ?? 0;
    const budget = new RequestBudget(URL, LIMITS, { counts, clock, pause: null, random });
    await inLane('EMERGENCY', () => budget.together(50, requests(budget, 50)));
    const times = [];
    for (let n = 0; n < 3; n += 1) {
      times.push((await refusalOf(inLane('ACTION', () => budget.take()))).retryAfterMs);
    }
    expect(times).toEqual([62_000, 64_500, 66_995]);
  });

  /** By the virtual clock: everybody comes back when he was told to. */
  async function crowd({ operations, minutes }: { operations: number; minutes: number }) {
    const { counts, clock } = bench();
    let seed = 1;
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const budget = new RequestBudget(URL, LIMITS, { counts, clock, pause: null, random });
    const due = Array.from({ length: operations }, () => 0);
    const told = { started: 0, rounds: 0 };
    let nextRound = 0;
    const refusedFor = (error: unknown): number => (error as ProviderError).retryAfterMs ?? 0;
    for (let now = 0; now < minutes * 60_000; now += 500) {
      for (const [i, at] of due.entries()) {
        if (at > now) continue;
        due[i] = await inLane('ACTION', () => budget.together(5, requests(budget, 5)))
          .then(() => inLane('SEND', () => budget.take()))
          .then(
            () => ((told.started += 1), Infinity),
            (error: unknown) => now + Math.max(1_000, refusedFor(error)),
          );
      }
      if (now >= nextRound) {
        nextRound = await inLane('WATCH', () => budget.together(2, requests(budget, 2))).then(
          () => ((told.rounds += 1), now + 20_000),
          (error: unknown) => now + Math.max(5_000, refusedFor(error)),
        );
      }
      clock.advance(500);
    }
    return told;
  }

  it('are there for a failover within seconds while hundreds of looks before drills want them, in every minute', async () => {
    const { counts, clock } = bench();
    const parts = { counts, clock, pause: null, random: () => 0 };
    const budget = new RequestBudget(URL, LIMITS, parts);
    const drill = (): Promise<void> =>
      inLane('ACTION', () => budget.together(5, requests(budget, 5)))
        .then(() => inLane('SEND', () => budget.take()))
        .catch(() => undefined);
    const failover = (): Promise<boolean> =>
      inLane('EMERGENCY', () => budget.together(5, requests(budget, 5)))
        .then(() => inLane('EMERGENCY', () => aheadOfAll(() => budget.take())))
        .then(
          () => true,
          () => false,
        );
    const waits: number[] = [];
    let askedMs: number | null = null;
    for (let now = 0; now < 10 * 60_000; now += 500) {
      for (let n = 0; n < 20; n += 1) await drill();
      if (now > 60_000 && now % 45_000 === 0) askedMs = now;
      if (askedMs !== null && (await failover())) {
        waits.push(now - askedMs);
        askedMs = null;
      }
      clock.advance(500);
    }
    expect(waits).toHaveLength(12);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15_000);
  });

  it('start a hundred failovers at the pace of the budget, and the watcher has its rounds meanwhile', async () => {
    const { started, rounds } = await crowd({ operations: 100, minutes: 15 });
    // At the very most (15 × 48 places − 2 a round) / 6, if no place were free for a moment.
    expect(started).toBeGreaterThanOrEqual(90);
    expect(rounds).toBeGreaterThanOrEqual(15);
  });
});
