import { lineThrough, verdictOf } from '../../../scripts/soak/slope.js';

/** Noise of which the sum is nearly none, and no two neighbours are alike. */
const noise = (i: number): number => [3, -4, 1, 2, -2][i % 5] ?? 0;
const series = (count: number, y: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => ({ x: i / 60, y: y(i) }));

it('finds the slope of what grows, with a small error', () => {
  const line = lineThrough(series(50, (i) => 100 + i + noise(i)));
  expect(line?.slope).toBeCloseTo(60, 0);
  expect(line?.error).toBeLessThan(2);
  expect(line && verdictOf(line, 4)).toBe('grows');
});

it('calls flat what only flutters, and what falls by its name', () => {
  const flat = lineThrough(series(60, (i) => 100 + noise(i)));
  expect(flat && verdictOf(flat, 4)).toBe('flat');
  const falls = lineThrough(series(60, (i) => 100 - i + noise(i)));
  expect(falls && verdictOf(falls, 4)).toBe('falls');
});

it('is less sure of the same points when neighbours are alike', () => {
  const lively = lineThrough(series(60, (i) => (i % 2 === 0 ? 5 : -5)));
  const sluggish = lineThrough(series(60, (i) => (Math.floor(i / 10) % 2 === 0 ? 5 : -5)));
  expect(sluggish?.error).toBeGreaterThan(2 * (lively?.error ?? Infinity));
});

it('says when it cannot tell', () => {
  const line = lineThrough(series(5, (i) => 100 + 10 * noise(i)));
  expect(line && verdictOf(line, 4)).toBe('cannot tell');
  expect(lineThrough(series(2, (i) => i))).toBeNull();
  expect(lineThrough(series(9, () => 1).map(({ y }) => ({ x: 1, y })))).toBeNull();
});
