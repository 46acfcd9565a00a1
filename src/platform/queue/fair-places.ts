import type { Clock } from '../clock.js';

/** Of a step nobody has seen yet. */
const FIRST_GUESS_MS = 100;
/** Who comes back is let in one by one, so far apart at least and at most, milliseconds. */
const SPACING = { least: 5, most: 500 };
/** The latest that anybody comes back: a site that is well again is not made to wait for those before it. */
const LATEST_MS = 5_000;

interface Share {
  inside: number;
  /** How long one takes, of late. */
  tookMs: number;
  /** When the last one comes back that was sent away; monotonic. */
  lastDueMs: number;
  /** When somebody last came in or went out; monotonic. */
  lastMovedMs: number;
}

/**
 * The places of a process, of which nobody takes more than a part: one site that hangs leaves the others theirs. Who is sent
 * away comes back when a place should be free, in the order in which they came.
 */
export class FairPlaces {
  private readonly shares = new Map<string, Share>();

  /** @param most places that one may take at a time */
  constructor(
    private readonly most: number,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  isFull(who: string): boolean {
    return (this.shares.get(who)?.inside ?? 0) >= this.most;
  }

  /** @returns what came of it; or in how many milliseconds to come back, and nothing was begun */
  async within<T>(who: string, work: () => Promise<T>): Promise<T | { againInMs: number }> {
    const beganMs = this.clock.monotonic();
    const share = this.shares.get(who) ?? {
      inside: 0,
      tookMs: FIRST_GUESS_MS,
      lastDueMs: 0,
      lastMovedMs: beganMs,
    };
    this.shares.set(who, share);
    if (share.inside >= this.most) return { againInMs: this.backInMs(share, beganMs) };
    share.inside += 1;
    share.lastMovedMs = beganMs;
    try {
      return await work();
    } finally {
      const endedMs = this.clock.monotonic();
      share.inside -= 1;
      share.lastMovedMs = endedMs;
      share.tookMs += (endedMs - beganMs - share.tookMs) / 8;
      if (share.inside === 0) this.shares.delete(who);
    }
  }

  private backInMs(share: Share, nowMs: number): number {
    // Before the first has come out of a site that hangs, this alone shows that it takes long.
    const tookMs = Math.max(share.tookMs, nowMs - share.lastMovedMs);
    const apart = Math.min(Math.max(tookMs / this.most, SPACING.least), SPACING.most);
    const dueMs = Math.min(Math.max(share.lastDueMs, nowMs) + apart, nowMs + LATEST_MS);
    share.lastDueMs = dueMs;
    return Math.ceil(dueMs - nowMs);
  }
}
