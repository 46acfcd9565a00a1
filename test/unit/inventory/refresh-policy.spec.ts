import { problem } from '../../../src/domain/problem.js';
import {
  askAgainInMs,
  overdueInMs,
  refreshDueInMs,
  tooOldMs,
  type RefreshSituation,
} from '../../../src/inventory/refresh-policy.js';

const NOW = 10_000_000;
const times = (agoMs: number, restAgoMs = agoMs) => ({
  groups: NOW - agoMs,
  plans: NOW - agoMs,
  drills: NOW - restAgoMs,
  runs: NOW - restAgoMs,
});

function dueInMs(head: Partial<RefreshSituation['head']>, changes: Partial<RefreshSituation> = {}): number {
  return refreshDueInMs({
    head: { times: null, failure: null, doubt: null, ...head },
    lastEndMs: 0,
    now: NOW,
    intervalMs: 30_000,
    tookMs: 100,
    costMs: 0,
    ...changes,
  });
}

const failed = (failures: number, agoMs: number, retryAfterMs: number | null = null) => ({
  times: times(0),
  failure: {
    atMs: NOW - agoMs,
    times: failures,
    retryAfterMs,
    problem: problem('upstream-unavailable', 'It is dark.'),
  },
});

it('a site that was never seen is looked at now', () => {
  expect(dueInMs({})).toBe(0);
});

it('one that is well is looked at after an interval', () => {
  expect(dueInMs({ times: times(10_000) })).toBe(20_000);
  expect(dueInMs({ times: times(30_000) })).toBe(0);
});

it('one whose groups and plans are noticed meanwhile is looked at after two', () => {
  expect(dueInMs({ times: times(1_000, 40_000) })).toBe(20_000);
  expect(dueInMs({ times: times(1_000, 60_000) })).toBe(0);
});

it('what an operation brought about is looked for a third of an interval after the last look', () => {
  const ended = { lastEndMs: NOW - 1_000 };
  expect(dueInMs({ times: times(2_000, 4_000) }, ended)).toBe(6_000);
  expect(dueInMs({ times: times(2_000, 15_000) }, ended)).toBe(-5_000);
  expect(dueInMs({ times: times(500) }, ended)).toBe(29_500);
});

it('the other lists wait for no longer than lists may be old', () => {
  expect(dueInMs({ times: times(1_000, 80_000) }, { costMs: 60_000 })).toBe(9_900);
});

it('a look that found no place is overdue half an interval after it was due, the first at once', () => {
  const situation = { lastEndMs: 0, now: NOW, intervalMs: 30_000, tookMs: 0, costMs: 0 };
  const well = { failure: null, doubt: null };
  expect(overdueInMs({ ...situation, head: { ...well, times: times(30_000) } })).toBe(15_000);
  expect(overdueInMs({ ...situation, head: { ...well, times: times(45_000) } })).toBe(0);
  expect(overdueInMs({ ...situation, head: { ...well, times: null } })).toBe(0);
  expect(overdueInMs({ ...situation, head: { ...well, ...failed(1, 6_000) } })).toBe(14_000);
});

it('what is known is too old when four intervals have gone, which no look is ever far from', () => {
  expect(tooOldMs(30_000)).toBe(120_000);
  expect(tooOldMs(300)).toBe(30_000);
});

it.each([100, 5_000, 10_000, 15_000, 30_000])(
  'lists of a site whose looks take %d ms are never too old, not even where a look was put off',
  (tookMs) => {
    for (const costMs of [0, 60_000]) {
      const dueAfter = dueInMs({ times: times(0) }, { tookMs, costMs });
      expect(dueAfter + 15_000 + tookMs).toBeLessThan(tooOldMs(30_000));
    }
  },
);

it('while operations go on it is asked every second whether one has ended', () => {
  const situation = { lastEndMs: 0, now: NOW, intervalMs: 30_000, tookMs: 0, costMs: 0 };
  const well = { failure: null, doubt: null };
  expect(askAgainInMs({ ...situation, head: { ...well, times: times(10_000) } })).toBe(20_000);
  expect(askAgainInMs({ ...situation, head: { ...well, times: times(1_000, 10_000) } })).toBe(1_000);
  expect(askAgainInMs({ ...situation, head: { ...well, ...failed(1, 0) } })).toBe(5_000);
});

it.each([
  [1_000, 30_000],
  [5_000, 50_000],
  [15_000, 75_000],
])('a look that took %d ms is followed by one after %d ms', (tookMs, expected) => {
  expect(dueInMs({ times: times(0) }, { tookMs })).toBe(expected);
});

it.each([
  [0.05, 30_000],
  [0.2, 48_000],
  [0.9, 89_900],
])('a look that cost %d of a minute’s budget is followed by one after %d ms', (share, expected) => {
  expect(dueInMs({ times: times(0) }, { costMs: share * 60_000 })).toBe(expected);
});

it.each([
  [1, 5_000],
  [2, 10_000],
  [4, 40_000],
  [5, 60_000],
  [500, 60_000],
])('after %d failures it is left in peace for %d ms', (failures, expected) => {
  expect(dueInMs(failed(failures, 0))).toBe(expected);
  expect(dueInMs(failed(failures, 2_000))).toBe(expected - 2_000);
});

it('one that said how long to stay away is left alone as long', () => {
  expect(dueInMs(failed(1, 0, 120_000))).toBe(120_000);
  expect(dueInMs(failed(3, 0, 1_000))).toBe(20_000);
});

it('an answer that is doubted is asked for again some seconds later', () => {
  const doubt = {
    firstMs: NOW - 60_000,
    lastMs: NOW - 2_000,
    digest: 'd',
    problem: problem('upstream-bad-answer', 'Empty.'),
  };
  expect(dueInMs({ times: times(62_000), doubt })).toBe(3_000);
});
