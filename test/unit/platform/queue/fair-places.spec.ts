import { FairPlaces } from '../../../../src/platform/queue/fair-places.js';
import { TestClock } from '../../support/test-clock.js';

/** Work that ends when the test says so. */
function held(places: FairPlaces, who: string) {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const done = places.within(who, () => ended.then(() => 'DONE' as const));
  return {
    done,
    end: async () => {
      end();
      await done;
    },
  };
}

const come = (places: FairPlaces, who: string) => places.within(who, () => Promise.resolve('DONE' as const));

it('lets nobody take more than a part, and everybody else theirs', async () => {
  const places = new FairPlaces(2, new TestClock());
  const [one, other] = [held(places, 'hanging'), held(places, 'hanging')];
  expect(await come(places, 'hanging')).toEqual({ againInMs: expect.any(Number) as number });
  expect(await come(places, 'well')).toBe('DONE');
  await one.end();
  expect(await come(places, 'hanging')).toBe('DONE');
  await other.end();
});

it('does not begin what it sends away', async () => {
  const places = new FairPlaces(1, new TestClock());
  const first = held(places, 'a');
  let begun = 0;
  await places.within('a', () => Promise.resolve((begun += 1)));
  expect(begun).toBe(0);
  await first.end();
});

it('gives a place back when the work fails', async () => {
  const places = new FairPlaces(1, new TestClock());
  await expect(places.within('a', () => Promise.reject(new Error('it broke')))).rejects.toThrow('it broke');
  expect(await come(places, 'a')).toBe('DONE');
});

it('has those who are sent away come back one after the other, as fast as places become free', async () => {
  const clock = new TestClock();
  const places = new FairPlaces(2, clock);
  const inside = [held(places, 'a'), held(places, 'a')];
  const back = await Promise.all(Array.from({ length: 4 }, () => come(places, 'a')));
  expect(back).toEqual([50, 100, 150, 200].map((againInMs) => ({ againInMs })));
  for (const one of inside) await one.end();
});

it('has them come back ever less often while nobody comes out', async () => {
  const clock = new TestClock();
  const places = new FairPlaces(4, clock);
  const inside = Array.from({ length: 4 }, () => held(places, 'a'));
  const apart: unknown[] = [];
  for (let i = 0; i < 4; i += 1) {
    apart.push(await come(places, 'a'));
    clock.advance(1_000);
  }
  expect(apart).toEqual([25, 250, 500, 500].map((againInMs) => ({ againInMs })));
  await inside[0]?.end();
  const next = held(places, 'a');
  // One that comes out, whoever stays inside, lets the others in as before: this one took four seconds, of an eighth.
  expect(await come(places, 'a')).toEqual({ againInMs: 147 });
  for (const one of [next, ...inside]) await one.end();
});

it('never sends anybody away for long, however slow the others are', async () => {
  const clock = new TestClock();
  const places = new FairPlaces(1, clock);
  for (let i = 0; i < 40; i += 1) {
    const slow = held(places, 'a');
    const keeps = held(places, 'a');
    clock.advance(15_000);
    await slow.end();
    await keeps.end();
  }
  const inside = held(places, 'a');
  const back = (await Promise.all(Array.from({ length: 100 }, () => come(places, 'a')))).map(
    (answer) => (answer as { againInMs: number }).againInMs,
  );
  expect(Math.max(...back)).toBeLessThanOrEqual(5_000);
  expect(Math.min(...back)).toBeGreaterThan(0);
  await inside.end();
});

it('keeps nothing of those who have gone', async () => {
  const places = new FairPlaces(1, new TestClock());
  for (let i = 0; i < 100; i += 1) await come(places, `site-${i}`);
  expect((places as unknown as { shares: Map<string, unknown> }).shares.size).toBe(0);
});
