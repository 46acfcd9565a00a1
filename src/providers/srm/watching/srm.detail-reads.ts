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
  /** Machines, of which no list tells. */
  MACHINES: 10,
  /** Groups and plans that their list does not hold. */
  ABSENCES: 10,
  /** Parts of groups and plans whose tasks are forgotten. */
  CHANGES: 10,
  /** What a run left behind besides its plan's state. */
  ENDS: 12,
  /** How runs ended whose tasks the newest page does not hold. */
  TASKS: 14,
} as const;
export type DetailKind = keyof typeof PLACES;

/** An operation stays in the dark, and holds its groups, until they are read. */
const NEEDED: readonly DetailKind[] = ['PROMPTS', 'MACHINES', 'ABSENCES', 'CHANGES', 'TASKS'];

const MINUTE_MS = 60_000;
/** A slow appliance is asked for little more once single reads have taken as long: verdicts wait for the round's end. */
const READING_MS = 4_000;

/**
 * How many single reads are left to the observation of one site. Whichever of the needed kinds found no place has the
 * next one, in the order in which they began to wait; and in every round one of them is read, however slow the others are.
 */
export class DetailReads {
  /** Of the last minute. */
  private readonly reads: { kind: DetailKind; atMs: number }[] = [];
  /** Needed kinds that found no place, and in which round they asked last. */
  private readonly waiting = new Map<DetailKind, number>();
  private round = 0;
  private began = 0;
  private isLateUsed = false;

  /** @param perMinute what a session may ask in a minute */
  constructor(
    private readonly clock: Clock,
    private readonly perMinute = USUAL,
  ) {}

  /** Once the lists are read: what they took is no reason to read nothing else. */
  beginRound(): void {
    for (const [kind, askedIn] of this.waiting) if (askedIn < this.round) this.waiting.delete(kind);
    this.round += 1;
    this.began = this.clock.monotonic();
    this.isLateUsed = false;
  }

  /** @returns how many of `wanted` may be read now; to be asked only by who wants some */
  places(kind: DetailKind, wanted = 1): number {
    const now = this.clock.monotonic();
    while (this.reads[0] !== undefined && this.reads[0].atMs <= now - MINUTE_MS) this.reads.shift();
    const line = [...this.waiting.keys()];
    const ahead = line.includes(kind) ? line.indexOf(kind) : line.length;
    const free = this.open('TASKS') - this.reads.length - ahead;
    const usual = Math.min(free, this.open(kind) - this.reads.length);
    // Others have taken what was open to it.
    const mayWait = NEEDED.includes(kind) && this.readsOf(kind) < this.open(kind);
    const owed = mayWait && line.includes(kind) ? Math.min(1, free) : 0;
    const mayBeLate = mayWait && ahead === 0 && !this.isLateUsed;
    const most = !this.isLate(now) ? wanted : mayBeLate ? 1 : 0;
    const places = Math.max(0, Math.min(wanted, most, Math.max(usual, owed)));
    if (places === 0 && mayWait) this.waiting.set(kind, this.round);
    return places;
  }

  /** How far apart the reads of one thing should be, lest it take all places of its kind. */
  paceMs(kind: DetailKind): number {
    return MINUTE_MS / this.open(kind);
  }

  /** One is read now. */
  note(kind: DetailKind): void {
    const now = this.clock.monotonic();
    this.reads.push({ kind, atMs: now });
    this.waiting.delete(kind);
    if (this.isLate(now)) this.isLateUsed = true;
  }

  private readsOf(kind: DetailKind): number {
    return this.reads.filter((read) => read.kind === kind).length;
  }

  private isLate(now: number): boolean {
    return now - this.began >= READING_MS;
  }

  private open(kind: DetailKind): number {
    return Math.max(1, Math.floor((PLACES[kind] * this.perMinute) / USUAL));
  }
}
