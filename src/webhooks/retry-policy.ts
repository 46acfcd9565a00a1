/** When a delivery that failed is tried again. Milliseconds. */
export interface RetrySchedule {
  /** After the first failure, the second, …; after the last one it is given up. */
  delaysMs: readonly number[];
}

const HOUR_MS = 3_600_000;
/** An endpoint may ask for so much patience, and no more. */
const LONGEST_ASKED_MS = HOUR_MS;
/** Up to so much longer, so that those that failed together do not come back together. */
const JITTER = 0.1;

/**
 * When it is due again, or null = it has been tried often enough.
 * @param failures since it began to wait, this one among them
 * @param askedMs Retry-After
 * @param random 0 … 1
 */
export function nextAttemptMs(
  { delaysMs }: RetrySchedule,
  {
    failures,
    askedMs,
    nowMs,
    random,
  }: { failures: number; askedMs: number | null; nowMs: number; random: number },
): number | null {
  const delay = delaysMs[failures - 1];
  if (delay === undefined) return null;
  return nowMs + Math.max(Math.round(delay * (1 + JITTER * random)), boundedPatience(askedMs));
}

/** How long the endpoint is left alone because it asked for it. */
export function boundedPatience(askedMs: number | null): number {
  return Math.min(Math.max(0, askedMs ?? 0), LONGEST_ASKED_MS);
}

/**
 * How long a delivery may wait for an endpoint that takes nothing: what all its attempts would have taken, and a bit.
 * While the breaker is open they are not made.
 */
export function longestWaitMs({ delaysMs }: RetrySchedule): number {
  return delaysMs.reduce((sum, delay) => sum + delay, 0) * (1 + JITTER) + HOUR_MS;
}

/** `Retry-After`: seconds, or a date. null = nothing of use. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header.trim()) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
