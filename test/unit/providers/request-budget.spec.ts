import { LocalAddressCounts } from '../../../src/providers/address-counts.js';
import type { UpstreamResponse } from '../../../src/platform/http/upstream-http.js';
import { aheadOfAll, inLane, LANES, type Lane } from '../../../src/providers/lanes.js';
import type { ProviderError } from '../../../src/providers/provider-error.js';
import { RequestBudget, SiteBudgets, unlimitedBudgets } from '../../../src/providers/request-budget.js';
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

function answer(status: number, headers: Record<string, string> = {}): UpstreamResponse {
  return { status, headers, text: '', json: undefined };
}

async function refusalOf(taking: Promise<void>): Promise<ProviderError> {
  return taking.then(
    () => {
      throw new Error('there was a place');
    },
    (error: unknown) => error as ProviderError,
  );
}

describe('the budget of a site', () => {
  it.each<[Lane, number]>([
    ['REFRESH', 25],
    ['INTERACTIVE', 32],
    ['OVERDUE', 37],
    ['WATCH', 40],
    ['ACTION', 43],
    ['SEND', 49],
    ['EMERGENCY', 50],
  ])('lets %s use %i of the 50 requests of a session', async (lane, most) => {
    expect(await flood(bench().budget, lane, 80)).toBe(most);
  });

  it.each<[Lane, number]>([
    ['REFRESH', 50],
    ['INTERACTIVE', 65],
    ['OVERDUE', 75],
    ['WATCH', 80],
    ['ACTION', 86],
    ['SEND', 98],
    ['EMERGENCY', 100],
  ])('lets %s use %i of the 100 requests of an address', async (lane, most) => {
    expect(await flood(bench({ session: null }).budget, lane, 120)).toBe(most);
  });

  it('has a place for an action at once, while refreshes flood it', async () => {
    const { budget, waits } = bench();
    await flood(budget, 'REFRESH', 100);
    waits.length = 0;
    await inLane('ACTION', () => budget.take());
    await inLane('EMERGENCY', () => budget.take());
    expect(waits).toEqual([]);
  });

  it.each([10, 12, 20, 50, 1_000])(
    'has a place for an overdue look every minute, however much people read, of %i requests a minute',
    async (requests) => {
      const { counts, clock } = bench();
      const limits = { session: null, address: { requests, windowSeconds: 60 } };
      const budget = new RequestBudget(URL, limits, { counts, clock, pause: null });
      const looked: number[] = [];
      for (let second = 0; second < 600; second += 1) {
        await flood(budget, 'INTERACTIVE', Math.ceil(requests / 10));
        if (second % 60 === 30) looked.push(await flood(budget, 'OVERDUE', 3));
        clock.advance(1_000);
      }
      expect(looked).toEqual(Array(10).fill(3));
    },
  );

  it('keeps refreshes that are overdue from what is watched, done and sent', async () => {
    const { budget, waits } = bench();
    await flood(budget, 'INTERACTIVE', 100);
    await flood(budget, 'OVERDUE', 100);
    waits.length = 0;
    for (const lane of ['WATCH', 'ACTION', 'SEND', 'EMERGENCY'] as const)
      await inLane(lane, () => budget.take());
    expect(waits).toEqual([]);
  });

  it('counts what two sites ask of one appliance together, each with a session of its own', async () => {
    const { make } = bench();
    const [one, other] = [make(), make('https://appliance.example:443/other')];
    expect(await flood(one, 'EMERGENCY', 80)).toBe(50);
    expect(await flood(other, 'EMERGENCY', 80)).toBe(50);
    expect(await flood(make(), 'EMERGENCY', 1)).toBe(0);
    expect(await flood(make('https://elsewhere.example/api'), 'EMERGENCY', 1)).toBe(1);
  });

  it('gives the place in the session back when there is none at the address', async () => {
    const { make, clock } = bench({ address: { requests: 10, windowSeconds: 10 } });
    const [one, other] = [make(), make()];
    expect(await flood(one, 'EMERGENCY', 10)).toBe(10);
    clock.advance(5_000);
    expect(await flood(other, 'EMERGENCY', 70)).toBe(0);
    clock.advance(6_000);
    expect(await flood(other, 'EMERGENCY', 10)).toBe(10);
  });

  it('refuses with the time after which there is a place', async () => {
    const { budget, clock } = bench();
    await flood(budget, 'EMERGENCY', 50);
    clock.advance(10_000);
    const refusal = await refusalOf(inLane('EMERGENCY', () => budget.take()));
    expect(refusal).toMatchObject({ kind: 'RATE_LIMITED', retry: 'TEMPORARY' });
    clock.advance(refusal.retryAfterMs ?? 0);
    await expect(inLane('EMERGENCY', () => budget.take())).resolves.toBeUndefined();
  });

  it('waits for a place that is soon free, and not for one that is far', async () => {
    const { budget, clock, waits } = bench();
    await flood(budget, 'EMERGENCY', 50);
    clock.advance(60_500);
    await inLane('EMERGENCY', () => budget.take());
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeLessThanOrEqual(LANES.EMERGENCY.patienceMs);
  });

  it('gives up waiting when the call is given up', async () => {
    const { budget, clock } = bench();
    await flood(budget, 'EMERGENCY', 50);
    clock.advance(60_500);
    const refusal = await refusalOf(inLane('EMERGENCY', () => budget.take(AbortSignal.abort())));
    expect(refusal).toMatchObject({ kind: 'RATE_LIMITED', retry: 'TEMPORARY' });
  });

  it('counts a log-out, and lets it go whatever is used', async () => {
    const { budget } = bench();
    await flood(budget, 'EMERGENCY', 50);
    await budget.takeAnyway();
    expect(await budget.use()).toMatchObject({ used: 51 });
  });

  it('asks for everybody what everybody waits for', async () => {
    const { budget } = bench();
    await flood(budget, 'REFRESH', 100);
    const logIn = inLane('REFRESH', () => aheadOfAll(() => budget.take()));
    await expect(logIn).resolves.toBeUndefined();
  });

  it('tells how much is used, and how far each lane may go', async () => {
    const clock = new TestClock();
    const budgets = new SiteBudgets({ counts: new LocalAddressCounts(clock), clock });
    expect(await budgets.use()).toBeNull();
    const budget = budgets.of(URL, LIMITS);
    await flood(budget, 'REFRESH', 5);
    budgets.of('https://iam.example', LIMITS);
    expect(await budgets.use()).toEqual({
      limit: 100,
      used: 5,
      windowSeconds: 60,
      lanes: { EMERGENCY: 100, SEND: 98, ACTION: 86, WATCH: 80, OVERDUE: 75, INTERACTIVE: 65, REFRESH: 50 },
      // Of a session's 50, for the session is fuller than the address.
      spent: {
        EMERGENCY: 0.1,
        SEND: 5 / 49,
        ACTION: 5 / 43,
        WATCH: 0.125,
        OVERDUE: 5 / 37,
        INTERACTIVE: 5 / 32,
        REFRESH: 0.2,
      },
      awayMs: 0,
    });
  });
});

describe('an upstream that asks to be left alone', () => {
  it('is tried by what is sent and by the look before it a minute after a long 503, and a good answer ends it for all', async () => {
    const { budget, make, clock } = bench();
    const action = (): Promise<void> => inLane('ACTION', () => budget.take());
    await budget.heard(answer(503, { 'retry-after': '3600' }));
    expect(await refusalOf(action())).toMatchObject({ retryAfterMs: 60_000, heldBack: false });
    clock.advance(60_000);
    await expect(action()).resolves.toBeUndefined();
    await expect(inLane('SEND', () => make().take())).resolves.toBeUndefined();
    expect(await refusalOf(inLane('WATCH', () => budget.take()))).toMatchObject({ retryAfterMs: 3_540_000 });
    await budget.heard(answer(503, { 'retry-after': '3600' }));
    await refusalOf(action());
    clock.advance(60_000);
    await action();
    await budget.heard(answer(200));
    await expect(inLane('REFRESH', () => make().take())).resolves.toBeUndefined();
  });

  it('is left alone by everybody as long as a 429 says', async () => {
    const { budget, clock } = bench();
    await budget.heard(answer(429, { 'retry-after': '600' }));
    clock.advance(60_000);
    expect(await refusalOf(inLane('EMERGENCY', () => budget.take()))).toMatchObject({
      retryAfterMs: 540_000,
    });
  });

  it.each([429, 503])('is left alone by all lanes as long as it says after a %i', async (status) => {
    const { budget, make, clock } = bench();
    await budget.heard(answer(status, { 'retry-after': '7' }));
    for (const asking of [budget, make()]) {
      const refusal = await refusalOf(inLane('EMERGENCY', () => asking.take()));
      expect(refusal).toMatchObject({ kind: 'RATE_LIMITED', retryAfterMs: 7_000 });
    }
    expect(await budget.use()).toMatchObject({ awayMs: 7_000 });
    clock.advance(7_000);
    await expect(inLane('REFRESH', () => budget.take())).resolves.toBeUndefined();
  });

  it('is left alone until the date that it names, by its own clock', async () => {
    const { budget } = bench();
    const headers = {
      date: 'Thu, 01 Jan 2026 12:00:00 GMT',
      'retry-after': 'Thu, 01 Jan 2026 12:00:30 GMT',
    };
    await budget.heard(answer(429, headers));
    expect(await budget.use()).toMatchObject({ awayMs: 30_000 });
  });

  it('is left alone for an hour at the most', async () => {
    const { budget } = bench();
    await budget.heard(answer(429, { 'retry-after': '999999' }));
    expect(await budget.use()).toMatchObject({ awayMs: 3_600_000 });
  });

  it('is left alone for the rest of the window by all but sends, when it does not say how long', async () => {
    const { budget, clock } = bench();
    await budget.take();
    clock.advance(20_000);
    await budget.heard(answer(429));
    const refusal = await refusalOf(inLane('ACTION', () => budget.take()));
    expect(refusal).toMatchObject({ retryAfterMs: 40_000 });
    await expect(inLane('EMERGENCY', () => budget.take())).resolves.toBeUndefined();
  });

  it('is asked on after a 503 that does not say how long', async () => {
    const { budget } = bench();
    await budget.heard(answer(503));
    await expect(inLane('REFRESH', () => budget.take())).resolves.toBeUndefined();
  });

  it('is left alone as long as it said at most, when it says less later', async () => {
    const { budget } = bench();
    await budget.heard(answer(429, { 'retry-after': '60' }));
    await budget.heard(answer(429, { 'retry-after': '5' }));
    expect(await budget.use()).toMatchObject({ awayMs: 60_000 });
  });

  it('is left alone even where nothing is limited', async () => {
    const budget = unlimitedBudgets(new TestClock()).of(URL, LIMITS);
    expect(await flood(budget, 'REFRESH', 500)).toBe(500);
    await budget.heard(answer(429, { 'retry-after': '7' }));
    expect(await flood(budget, 'EMERGENCY', 1)).toBe(0);
  });
});
