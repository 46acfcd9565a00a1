import type { GuardDifference, GuardReason } from './store-guard.js';

/**
 * SPREADING: a token was chosen, and not every shard has it yet. HOLDING: the journals are compared with the store.
 */
export type BoardPhase = 'SPREADING' | 'HOLDING' | 'OPEN';

/** What is known of the store as it is now. */
export interface BoardState {
  /** Another one each time that the store may have lost something. */
  token: string;
  /** The life of the server that the token was chosen in; null = it did not tell. */
  identity: string | null;
  phase: BoardPhase;
  reason: GuardReason;
  sinceMs: number;
  openedMs: number | null;
  /** The store was found to have lost something: in this comparison, or because it was emptied. */
  differed: boolean;
  /** When the last loss was noticed: sites that were not looked at since are not acted upon. null = there was none. */
  lossMs: number | null;
  /** So long others may still say that they have a journal, after it was begun; absent = not at all. */
  announceMs?: number;
}

/** 1 = compared, and what could be restored was; 2 = what other operations hold by now is settled, too. */
export type Stage = 0 | 1 | 2;

/** A journal, a process, or whoever keeps no journal, and how far it has compared itself with the store of a token. */
export interface RollEntry {
  kind: 'JOURNAL' | 'PROCESS' | 'NONE';
  id: string;
  seenMs: number;
  token: string | null;
  stage: Stage;
}

export interface BoardView {
  /** The life of the server that answers now; null = it does not tell. */
  identity: string | null;
  /** null = nobody has ever worked with this store, or it was emptied. */
  board: BoardState | null;
  /** Every shard has the board's token. */
  isSpread: boolean;
  roll: RollEntry[];
  /** What this process has noted of itself in each part of the store (`note`), milliseconds; null = a part has no note of it. */
  notes: (number | null)[];
}

export const NOTES_KEPT_MS = 7 * 86_400_000;

export interface Member {
  processId: string;
  /** null = it keeps none. */
  journalId: string | null;
}

export interface Beginning {
  /** The token on which it was decided; null = there was none. */
  insteadOf: string | null;
  token: string;
  identity: string | null;
  reason: GuardReason;
  nowMs: number;
  announceMs: number;
  /** Who was on the roll when it was last seen: the store may have lost it. */
  journals: RollEntry[];
}

export interface CheckIn {
  token: string;
  stage: Stage;
  nowMs: number;
  differences: GuardDifference[];
  /** Operations that this journal knows not to have been sent. */
  vouched: string[];
}

/**
 * Where the processes that share a store agree on what it may have lost. Every change is one atomic step and applies only
 * to the token that it names; errors of the store are thrown as they are.
 */
export abstract class GuardBoard {
  /** Also tells the others that this one is there, if the store takes writes. */
  abstract look(me: Member, nowMs: number): Promise<BoardView>;

  /**
   * Leaves a note with the time in every part of the store that can go back in time by itself, where the last note is still
   * the one that was `seen`: so a note never gets to data that was not looked at. Kept for `NOTES_KEPT_MS`.
   * @returns whether every part has it
   */
  abstract note(me: Member, seen: BoardView['notes'], nowMs: number): Promise<boolean>;

  /** False = another process was first. */
  abstract begin(beginning: Beginning): Promise<boolean>;

  /** Adds who was on the roll once, and is missing now. */
  announce(_known: readonly RollEntry[]): Promise<void> {
    return Promise.resolve();
  }

  /** Gives the token to every shard: from then on whatever was begun under another one is refused there. */
  abstract spread(token: string): Promise<void>;

  /** False = the token is not the store's any more. */
  abstract checkIn(me: Member, checkIn: CheckIn): Promise<boolean>;

  abstract vouched(): Promise<Set<string>>;

  abstract open(token: string, nowMs: number): Promise<void>;

  /** A look at the site that began then was drawn conclusions from. */
  abstract noteSite(siteId: string, takenMs: number): Promise<void>;

  abstract sitesSeen(siteIds: readonly string[]): Promise<Map<string, number>>;

  /** Newest first; bounded. */
  abstract differences(): Promise<GuardDifference[]>;

  /** @returns whether the store can be reached now */
  abstract follow(signs: { lost: () => void; back: () => void }): boolean;
}
