import type { ModelHead } from './redis-model-store.js';
import { takenMsOf } from './site-model.js';
import { CONFIRM_AFTER_MS } from './site-refresher.js';

export interface RefreshSituation {
  head: Pick<ModelHead, 'times' | 'failure' | 'doubt'>;
  /** When an operation last ended at the site. */
  lastEndMs: number;
  now: number;
  /** INVENTORY_REFRESH_MS. */
  intervalMs: number;
  /** How long the last look took, … */
  tookMs: number;
  /** … and how long the site's budget takes to grow by what it cost. */
  costMs: number;
}

/** A site that fails is asked again after so long, then after twice as long, … */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
/** A look may take one part in so many of the time, … */
const SHARE_OF_TIME = 10;
/** … and one in so many of the budget: a slow or large site is looked at less often, … */
const SHARE_OF_BUDGET = 4;
/** … but never less often than after so many intervals. */
const MOST_INTERVALS = 3;
/** While groups and plans are noticed often enough, the other lists wait longer, … */
const INTERVALS_OF_THE_REST = 2;
/** … but what an operation brought about is looked for soon: a part of the interval after the last look at everything. */
const SOON = 1 / 3;
/** Where lists are noticed, operations go on, which may end at any time: so often it is asked whether one has. */
const GLANCE_MS = 1_000;
/** A look that found no place is overdue a part of the interval after it was due: before the lists are too old. */
const PUT_OFF = 1 / 2;
/** A look takes time itself, however short the interval. */
const SHORTEST_OLD_MS = 30_000;

/** In how many milliseconds a site should be looked at; 0 or less = now. */
export function refreshDueInMs(situation: RefreshSituation): number {
  const { head, now } = situation;
  const { failure, doubt, times } = head;
  if (failure) return Math.max(pauseAfter(failure.times), failure.retryAfterMs ?? 0) - (now - failure.atMs);
  if (doubt) return CONFIRM_AFTER_MS - (now - doubt.lastMs);
  if (!times) return 0;
  const interval = intervalOf(situation);
  const all = takenMsOf(times);
  const due = Math.min(times.groups, times.plans) + interval;
  const rest = (situation.lastEndMs > all ? SOON : INTERVALS_OF_THE_REST) * interval;
  return Math.min(due, all + Math.min(rest, longestOf(situation))) - now;
}

/** In how many milliseconds a look that finds no place until then is overdue; 0 or less = it is. */
export function overdueInMs(situation: RefreshSituation): number {
  const { times, failure } = situation.head;
  if (!times && !failure) return 0;
  return refreshDueInMs(situation) + PUT_OFF * situation.intervalMs;
}

/** In how many milliseconds to ask again whether a look is due. */
export function askAgainInMs(situation: RefreshSituation): number {
  const dueInMs = refreshDueInMs(situation);
  const { times, failure, doubt } = situation.head;
  const isNoticed = times !== null && Math.max(times.groups, times.plans) > takenMsOf(times);
  return isNoticed && !failure && !doubt ? Math.min(dueInMs, GLANCE_MS) : dueInMs;
}

/** When what is known is older than this, nobody is looking, or there was no place for it. */
export function tooOldMs(intervalMs: number): number {
  return Math.max(SHORTEST_OLD_MS, (MOST_INTERVALS + 1) * intervalMs);
}

function intervalOf(situation: RefreshSituation): number {
  const { intervalMs, tookMs, costMs } = situation;
  const wanted = Math.max(intervalMs, SHARE_OF_TIME * tookMs, SHARE_OF_BUDGET * costMs);
  return Math.min(wanted, longestOf(situation));
}

/** The look itself is part of it: lists are as old as its beginning. */
function longestOf({ intervalMs, tookMs }: RefreshSituation): number {
  return Math.max(intervalMs, MOST_INTERVALS * intervalMs - tookMs);
}

function pauseAfter(times: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(times - 1, 6));
}
