export interface Point {
  x: number;
  y: number;
}

/** A straight line through points, and how sure its slope is. */
export interface Line {
  /** Per unit of x. */
  slope: number;
  /** Standard error of the slope: points that follow each other are alike, so that fewer of them count than there are. */
  error: number;
  mean: number;
}

/** Least squares; null = fewer than three points, or all at one place. */
export function lineThrough(points: readonly Point[]): Line | null {
  const { length } = points;
  if (length < 3) return null;
  const mean = (of: (point: Point) => number): number => points.reduce((sum, p) => sum + of(p), 0) / length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) return null;
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const rests = points.map(({ x, y }) => y - meanY - slope * (x - meanX));
  const squares = rests.reduce((sum, rest) => sum + rest ** 2, 0);
  const together = rests.slice(1).reduce((sum, rest, i) => sum + rest * (rests[i] ?? 0), 0);
  const alike = squares === 0 ? 0 : Math.min(0.95, Math.max(0, together / squares));
  const error = Math.sqrt((squares / (length - 2) / spread) * ((1 + alike) / (1 - alike)));
  return { slope, error, mean: meanY };
}

export type Verdict = 'flat' | 'grows' | 'falls' | 'cannot tell';

/**
 * What is sure at two standard errors.
 * @param allowed how much a slope may be and still is none, in its own unit
 */
export function verdictOf({ slope, error }: Line, allowed: number): Verdict {
  if (slope - 2 * error > allowed) return 'grows';
  if (slope + 2 * error < -allowed) return 'falls';
  return Math.abs(slope) + 2 * error <= allowed ? 'flat' : 'cannot tell';
}
