import { NOTES_KEPT_MS, type BoardState, type BoardView, type RollEntry, type Stage } from './guard-board.js';
import type { GuardReason } from './store-guard.js';

/** A journal that was not seen for so long is not waited for. */
const KNOWN_FOR_MS = 86_400_000;
/** By how much the clocks of a process and the store may differ when notes are thrown away. */
const A_DAY_MS = 86_400_000;
/** Who has not shown up for so long is frozen, or gone. */
const ALIVE_WITHIN_MS = 10_000;
/** A failover takes seconds back, a dump takes hours. */
const MOST_OF_A_FAILOVER_MS = 10_000;

/** What a process knows by itself. */
export interface OwnKnowledge {
  processId: string;
  /** The token of the store that it, or its journal, has worked with last; null = none yet. */
  knownToken: string | null;
  /** Whether its journal tells of any operation. */
  hasHistory: boolean;
  /** How far it has compared its journal with the store of which token. */
  joined: { token: string; stage: Stage } | null;
  nowMs: number;
  /** When this process left its last note in every part of the store; null = it has not yet. */
  lastNotedMs: number | null;
  /** For how long this process has known of the token, by a clock of its own. */
  heldMs: number;
  /** After so long nothing is under way any more of which an unheard journal could tell. */
  patienceMs: number;
}

export type Decision =
  | { do: 'BEGIN'; reason: GuardReason }
  | { do: 'SPREAD' }
  /**
   * @property late while it is open already: a journal that comes late
   * @property whole every journal that is known of was compared
   */
  | { do: 'COMPARE'; stage: 1 | 2; late: boolean; whole: boolean }
  | { do: 'OPEN'; whole: boolean }
  | { do: 'WAIT'; waitingFor: string[] }
  | { do: 'PASS' };

/** What is to be done next, by what a process sees of the store and knows by itself. */
export function decide(view: BoardView, own: OwnKnowledge): Decision {
  const { board, identity, isSpread, roll } = view;
  if (!board) {
    const isNew = own.knownToken === null && !own.hasHistory;
    return { do: 'BEGIN', reason: isNew ? 'NEW_STORE' : 'OTHER_STORE' };
  }
  const isTorn = !isSpread && board.phase !== 'SPREADING';
  const isOld = isOfAnotherTime(view, own);
  if (identity !== null && identity !== board.identity) {
    return { do: 'BEGIN', reason: isOld || isTorn ? 'OTHER_STORE' : 'OTHER_SERVER' };
  }
  // Who came first may have taken it for another server only: it had just been started, and could not know.
  const isToldSo = board.reason === 'OTHER_STORE' && board.token !== own.knownToken;
  if (isTorn || (isOld && !isToldSo)) return { do: 'BEGIN', reason: 'OTHER_STORE' };
  if (board.phase === 'SPREADING') return { do: 'SPREAD' };
  const isStranger = own.knownToken !== null && own.knownToken !== board.token;
  // Who has just begun with an emptied store could not know that there was another one.
  if (board.reason === 'NEW_STORE' && isStranger) return { do: 'BEGIN', reason: 'OTHER_STORE' };
  return board.phase === 'OPEN' ? whileOpen(board, own) : whileHolding(board, roll, own);
}

function whileOpen({ token }: BoardState, { joined, knownToken }: OwnKnowledge): Decision {
  const stage = joined?.token === token ? joined.stage : 0;
  // Its journal was compared by a process before this one.
  if (stage === 2 || (joined === null && knownToken === token)) return { do: 'PASS' };
  return { do: 'COMPARE', stage: stage === 1 ? 2 : 1, late: true, whole: true };
}

function whileHolding(board: BoardState, roll: RollEntry[], own: OwnKnowledge): Decision {
  const { token, reason, announceMs = 0 } = board;
  const stage = own.joined?.token === token ? own.joined.stage : 0;
  if (stage === 0) return { do: 'COMPARE', stage: 1, late: false, whole: false };
  if (stage === 2 && reason === 'NEW_STORE') return { do: 'OPEN', whole: true };
  const isOver = own.heldMs >= own.patienceMs;
  const expected = roll.filter((entry) => isExpected(entry, board, own));
  const missing = (atLeast: Stage): RollEntry[] =>
    expected.filter((entry) => entry.token !== token || entry.stage < atLeast);
  const unheard = missing(1);
  const whole = unheard.length === 0 && !someKeepNone(roll, own);
  if (!isOver && own.heldMs < announceMs) {
    return { do: 'WAIT', waitingFor: ['Whoever else has a journal may still say so.'] };
  }
  if (!isOver && unheard.length > 0) return { do: 'WAIT', waitingFor: unheard.map(waitedFor) };
  if (stage === 1) return { do: 'COMPARE', stage: 2, late: false, whole };
  const unsettled = missing(2);
  if (!isOver && unsettled.length > 0) return { do: 'WAIT', waitingFor: unsettled.map(waitedFor) };
  return { do: 'OPEN', whole };
}

/** A part of it does not know any more that this process was there: it was started from a dump. */
function isOfAnotherTime({ notes }: BoardView, { lastNotedMs, nowMs }: OwnKnowledge): boolean {
  if (lastNotedMs === null || nowMs - lastNotedMs > NOTES_KEPT_MS - A_DAY_MS) return false;
  return notes.some((noted) => noted === null || noted < lastNotedMs - MOST_OF_A_FAILOVER_MS);
}

/** What they have sent is in no journal, though there are some. */
function someKeepNone(roll: readonly RollEntry[], { nowMs }: OwnKnowledge): boolean {
  const lately = roll.filter(({ seenMs }) => nowMs - seenMs < KNOWN_FOR_MS);
  return lately.some(({ kind }) => kind === 'NONE') && lately.some(({ kind }) => kind === 'JOURNAL');
}

function isExpected({ kind, id, seenMs }: RollEntry, { sinceMs }: BoardState, own: OwnKnowledge): boolean {
  if (kind === 'JOURNAL') return own.nowMs - seenMs < KNOWN_FOR_MS;
  return (
    kind === 'PROCESS' && id !== own.processId && seenMs > sinceMs && own.nowMs - seenMs < ALIVE_WITHIN_MS
  );
}

function waitedFor({ kind, id, stage }: RollEntry): string {
  const who = kind === 'JOURNAL' ? `The journal ${id}` : `The process ${id}`;
  return stage === 1
    ? `${who} has not settled what others hold by now.`
    : `${who} has not been compared with the store.`;
}
