import { boundedPatience, type RetrySchedule } from './retry-policy.js';

/** How an endpoint has behaved, over all its deliveries. Epoch milliseconds. */
export interface EndpointHealth {
  /** Attempts that failed since the last one that was taken, … */
  failures: number;
  /** … the first of them; null = none failed. */
  failingSinceMs: number | null;
  /** Nothing is sent before; null = at any time. */
  pausedUntilMs: number | null;
  lastDeliveredMs: number | null;
  lastError: string | null;
}

export const UNTRIED: EndpointHealth = {
  failures: 0,
  failingSinceMs: null,
  pausedUntilMs: null,
  lastDeliveredMs: null,
  lastError: null,
};

/** So many failures in a row open the breaker. */
const OPENS_AFTER = 5;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** Many failures over days, and nothing taken meanwhile: it is disabled. */
const HOPELESS_FAILURES = 20;
const HOPELESS_AFTER_MS = 5 * 24 * 3_600_000;

export function afterDelivery(nowMs: number): EndpointHealth {
  return { ...UNTRIED, lastDeliveredMs: nowMs };
}

/**
 * The breaker: after five failures in a row the endpoint is left alone, twice as long after each further one, and then
 * asked by a single delivery.
 */
export function afterFailure(
  health: EndpointHealth,
  error: string,
  { nowMs, askedMs, schedule }: { nowMs: number; askedMs: number | null; schedule: RetrySchedule },
): EndpointHealth {
  const failures = health.failures + 1;
  const first = 2 * (schedule.delaysMs[0] ?? 0);
  const doubled = failures < OPENS_AFTER ? 0 : first * 2 ** Math.min(failures - OPENS_AFTER, 20);
  const pauseMs = Math.max(Math.min(doubled, LONGEST_PAUSE_MS), boundedPatience(askedMs));
  return {
    ...health,
    failures,
    failingSinceMs: health.failingSinceMs ?? nowMs,
    pausedUntilMs: pauseMs > 0 ? nowMs + pauseMs : null,
    lastError: error,
  };
}

/** How long nothing may be sent; 0 = something may. */
export function pauseMs({ pausedUntilMs }: EndpointHealth, nowMs: number): number {
  return Math.max(0, (pausedUntilMs ?? 0) - nowMs);
}

export function isBreakerOpen({ failures }: EndpointHealth): boolean {
  return failures >= OPENS_AFTER;
}

export function isHopeless(
  { failures, failingSinceMs }: EndpointHealth,
  nowMs: number,
  schedule: RetrySchedule,
): boolean {
  const scheduleMs = schedule.delaysMs.reduce((sum, delay) => sum + delay, 0);
  const afterMs = Math.max(HOPELESS_AFTER_MS, scheduleMs);
  return failures >= HOPELESS_FAILURES && failingSinceMs !== null && nowMs - failingSinceMs >= afterMs;
}
