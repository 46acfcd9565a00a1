/**
 * Durations, kept as counts in buckets that grow by a tenth each: small, mergeable in any order, and whatever is read
 * from them is within five percent of the truth. Milliseconds throughout.
 */
export interface Durations {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Index of the bucket → how many. */
  buckets: Record<string, number>;
}

const GROWTH = 1.1;
const LOG_GROWTH = Math.log(GROWTH);
/** The middle of a bucket, seen from its upper edge: as far from both ends. */
const MIDDLE = 2 / (GROWTH + 1);

export function noDurations(): Durations {
  return { count: 0, sum: 0, min: 0, max: 0, buckets: {} };
}

export function durationsOf(ms: number): Durations {
  const whole = Math.max(0, Math.round(ms));
  return { count: 1, sum: whole, min: whole, max: whole, buckets: { [bucketOf(whole)]: 1 } };
}

export function mergedDurations(a: Durations, b: Durations): Durations {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const buckets = { ...a.buckets };
  for (const [index, count] of Object.entries(b.buckets)) buckets[index] = (buckets[index] ?? 0) + count;
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    buckets,
  };
}

/**
 * The duration that this share of them (0 to 1) did not exceed, by nearest rank; null = there are none. Within five
 * percent, and never outside of what there was.
 */
export function quantileMs({ count, min, max, buckets }: Durations, share: number): number | null {
  if (count === 0) return null;
  const rank = Math.max(1, Math.ceil(share * count));
  const indexes = Object.keys(buckets)
    .map(Number)
    .sort((a, b) => a - b);
  let passed = 0;
  for (const index of indexes) {
    passed += buckets[index] ?? 0;
    if (passed >= rank) return Math.min(max, Math.max(min, middleOf(index)));
  }
  return max;
}

export function meanMs({ count, sum }: Durations): number | null {
  return count === 0 ? null : sum / count;
}

/** 0 holds what took no time, and one millisecond. */
function bucketOf(ms: number): number {
  return ms <= 1 ? 0 : Math.ceil(Math.log(ms) / LOG_GROWTH);
}

function middleOf(index: number): number {
  return index === 0 ? 1 : GROWTH ** index * MIDDLE;
}
