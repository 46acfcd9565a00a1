import { problem } from '../../../src/domain/problem.js';
import { refreshDueInMs, type RefreshSituation } from '../../../src/inventory/refresh-policy.js';

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
    lastEventMs: 0,
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

it('one whose groups and plans are noticed meanwhile is looked at after two, or one when we did something', () => {
  expect(dueInMs({ times: times(1_000, 40_000) })).toBe(20_000);
  expect(dueInMs({ times: times(1_000, 60_000) })).toBe(0);
  expect(dueInMs({ times: times(1_000, 20_000) }, { lastEventMs: NOW - 5_000 })).toBe(10_000);
});

it.each([
  [1_000, 30_000],
  [5_000, 50_000],
  [15_000, 90_000],
])('a look that took %d ms is followed by one after %d ms', (tookMs, expected) => {
  expect(dueInMs({ times: times(0) }, { tookMs })).toBe(expected);
});

it.each([
  [0.05, 30_000],
  [0.2, 48_000],
  [0.9, 90_000],
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
