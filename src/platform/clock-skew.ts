/**
 * How far this machine's clock and that of the store are apart. Delays, quarantines and deadlines are reckoned by several
 * machines' clocks: too far apart, and nothing may be sent.
 */
export abstract class ClockSkew {
  /** Positive = ours is ahead; null = it was not measured yet. */
  abstract skewMs(): number | null;

  /** Why nothing may be sent, in a sentence; null = it may. As of the last measurement; asks nobody. */
  abstract fault(): string | null;
}
