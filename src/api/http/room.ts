/** An answer that takes longer than this is of little use to whoever waits for it. */
const SLOW_MS = 500;
/** The process is late with everything by so much: its own work is what is slow, not a site that is waited for. */
const OWN_LATENESS_MS = 20;
/** So many are let in however slow it is: too few to make it so. */
const LEAST = 8;
/** So many at first: it grows when more are wanted, not before. */
const AT_FIRST = 64;
/** One standstill makes everything slow that was under way: it counts once. */
const CUT_EVERY_MS = 1_000;
const LESS_FOR_SLOW = 0.75;
const MORE_FOR_SOON = 0.25;
/** How late the process is, is not known sooner: a thousand who come at once would all find it idle. */
const ONE_MORE_EVERY_MS = 1;

/**
 * How many requests of a lane can be answered soon, found out from those that were: an adaptive concurrency limit. Any number
 * that stands in line is answered, but the last of a long line too late; so the line is cut where the answers grow slow. It
 * grows only while it is used: what was never tried says nothing.
 */
export class Room {
  private room: number;
  private cutAtMs = -Infinity;
  private grewAtMs = -Infinity;

  /** @param most requests at a time, however soon they are answered */
  constructor(private readonly most: number) {
    this.room = Math.min(AT_FIRST, most);
  }

  get places(): number {
    return Math.floor(this.room);
  }

  /**
   * @param tookMs until the answer was there, whoever reads it how slowly
   * @param latenessMs of the process, with everything
   * @param nowMs by any clock that only goes on
   * @param taken how many were being answered
   */
  answered(tookMs: number, latenessMs: number, nowMs: number, taken: number): void {
    if (tookMs <= SLOW_MS || latenessMs < OWN_LATENESS_MS) {
      if (taken * 2 >= this.room) this.room = Math.min(this.most, this.room + MORE_FOR_SOON);
    } else if (nowMs - this.cutAtMs >= CUT_EVERY_MS) {
      this.cutAtMs = nowMs;
      this.room = Math.max(Math.min(LEAST, this.most), this.room * LESS_FOR_SLOW);
    }
  }

  /** One more comes: where the process has nothing to do but to wait, there is room for it. */
  wanted(taken: number, latenessMs: number, nowMs: number): void {
    if (taken < this.places || latenessMs >= OWN_LATENESS_MS) return;
    if (nowMs - this.grewAtMs < ONE_MORE_EVERY_MS) return;
    this.grewAtMs = nowMs;
    this.room = Math.min(this.most, taken + 1);
  }
}
