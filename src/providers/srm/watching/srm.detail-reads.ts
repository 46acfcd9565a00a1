import type { Clock } from '../../../platform/clock.js';

/** A session's requests a minute, as the appliance has it unless somebody changed it (1.7). */
const USUAL = 50;

/**
 * Reads of single things beside the lists, and how many of those 50 are open to each kind: who is further down finds a
 * place when those above find none. With a round of two lists every five seconds, all of them together stay within
 * the session's minute.
 */
const PLACES = {
  /** How far runs are. */
  STEPS: 4,
  /** What a run asks a person. */
  PROMPTS: 7,
  /** Machines, groups and plans whose end no list shows. */
  PARTS: 10,
  /** What a run left behind besides its plan's state. */
  ENDS: 12,
  /** How runs ended whose tasks the newest page does not hold. */
  TASKS: 14,
} as const;
export type DetailKind = keyof typeof PLACES;

const MINUTE_MS = 60_000;
/** A slow appliance is not asked for more once a round has taken as long: verdicts wait for the round's end. */
const ROUND_MS = 4_000;

/** How many single reads are left to the observation of one site. */
export class DetailReads {
  private readonly readAt: number[] = [];
  private roundBegan = 0;

  /** @param perMinute what a session may ask in a minute */
  constructor(
    private readonly clock: Clock,
    private readonly perMinute = USUAL,
  ) {}

  beginRound(): void {
    this.roundBegan = this.clock.monotonic();
  }

  /** @returns how many of `wanted` may be read now */
  places(kind: DetailKind, wanted: number): number {
    const now = this.clock.monotonic();
    while (this.readAt[0] !== undefined && this.readAt[0] <= now - MINUTE_MS) this.readAt.shift();
    if (now - this.roundBegan >= ROUND_MS) return 0;
    return Math.max(0, Math.min(wanted, this.open(kind) - this.readAt.length));
  }

  /** How far apart the reads of one thing should be, lest it take all places of its kind. */
  paceMs(kind: DetailKind): number {
    return MINUTE_MS / this.open(kind);
  }

  note(reads = 1): void {
    for (let count = 0; count < reads; count += 1) this.readAt.push(this.clock.monotonic());
  }

  private open(kind: DetailKind): number {
    return Math.max(1, Math.floor((PLACES[kind] * this.perMinute) / USUAL));
  }
}
