import fc from 'fast-check';
import {
  durationsOf,
  meanMs,
  mergedDurations,
  noDurations,
  quantileMs,
} from '../../../src/history/statistics/durations.js';

const anyDurations = fc.array(fc.integer({ min: 0, max: 40 * 86_400_000 }), { minLength: 1, maxLength: 60 });
const together = (all: readonly number[]) => all.map(durationsOf).reduce(mergedDurations, noDurations());

describe('durations', () => {
  it('tell every quantile within five percent of the truth', () => {
    fc.assert(
      fc.property(anyDurations, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const sorted = [...all].sort((a, b) => a - b);
        const truth = sorted[Math.max(1, Math.ceil(share * all.length)) - 1] ?? 0;
        const told = quantileMs(together(all), share) ?? -1;
        expect(Math.abs(told - truth)).toBeLessThanOrEqual(Math.max(1, truth * 0.05));
      }),
    );
  });

  it('are the same in whichever order they are put together', () => {
    fc.assert(
      fc.property(anyDurations, anyDurations, (some, more) => {
        const oneWay = mergedDurations(together(some), together(more));
        expect(mergedDurations(together(more), together(some))).toEqual(oneWay);
        expect(together([...some, ...more])).toEqual(oneWay);
        expect(meanMs(oneWay)).toBeCloseTo(
          [...some, ...more].reduce((a, b) => a + b, 0) / (some.length + more.length),
        );
      }),
    );
  });

  it('of nothing are not known', () => {
    expect(quantileMs(noDurations(), 0.5)).toBeNull();
    expect(meanMs(noDurations())).toBeNull();
  });

  it('never are outside of what there was', () => {
    const all = together([1_000, 1_000]);
    expect([quantileMs(all, 0), quantileMs(all, 0.5), quantileMs(all, 1)]).toEqual([1_000, 1_000, 1_000]);
  });
});
