import type { BoardState, BoardView, RollEntry, Stage } from './guard-board.js';
import type { GuardReason } from './store-guard.js';

/** A journal that was not seen for so long is not waited for. */
const KNOWN_FOR_MS = 86_400_000;
/** Who has not shown up for so long is frozen, or gone. */
const ALIVE_WITHIN_MS = 10_000;
/** After a store was emptied nobody knows who else has a journal: so long they have to say so. */
const ANNOUNCED_WITHIN_MS = 3_000;

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
export function decide({ board, identity, isSpread, roll }: BoardView, own: OwnKnowledge): Decision {
  if (!board) {
    const isNew = own.knownToken === null && !own.hasHistory;
    return { do: 'BEGIN', reason: isNew ? 'NEW_STORE' : 'OTHER_STORE' };
  }
  if (identity !== null && identity !== board.identity) return { do: 'BEGIN', reason: 'OTHER_SERVER' };
  if (board.phase === 'SPREADING') return { do: 'SPREAD' };
  if (!isSpread) return { do: 'BEGIN', reason: 'OTHER_STORE' };
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
  const { token, reason, sinceMs } = board;
  const stage = own.joined?.token === token ? own.joined.stage : 0;
  if (stage === 0) return { do: 'COMPARE', stage: 1, late: false, whole: false };
  if (stage === 2 && reason === 'NEW_STORE') return { do: 'OPEN', whole: true };
  const isOver = own.nowMs - sinceMs >= own.patienceMs;
  const expected = roll.filter((entry) => isExpected(entry, board, own));
  const missing = (atLeast: Stage): RollEntry[] =>
    expected.filter((entry) => entry.token !== token || entry.stage < atLeast);
  const unheard = missing(1);
  if (!isOver && reason === 'OTHER_STORE' && own.nowMs - sinceMs < ANNOUNCED_WITHIN_MS) {
    return { do: 'WAIT', waitingFor: ['Whoever else has a journal may still say so.'] };
  }
  if (!isOver && unheard.length > 0) return { do: 'WAIT', waitingFor: unheard.map(waitedFor) };
  if (stage === 1) return { do: 'COMPARE', stage: 2, late: false, whole: unheard.length === 0 };
  const unsettled = missing(2);
  if (!isOver && unsettled.length > 0) return { do: 'WAIT', waitingFor: unsettled.map(waitedFor) };
  return { do: 'OPEN', whole: unheard.length === 0 };
}

function isExpected({ kind, id, seenMs }: RollEntry, { sinceMs }: BoardState, own: OwnKnowledge): boolean {
  if (kind === 'JOURNAL') return own.nowMs - seenMs < KNOWN_FOR_MS;
  return id !== own.processId && seenMs > sinceMs && own.nowMs - seenMs < ALIVE_WITHIN_MS;
}

function waitedFor({ kind, id, stage }: RollEntry): string {
  const who = kind === 'JOURNAL' ? `The journal ${id}` : `The process ${id}`;
  return stage === 1
    ? `${who} has not settled what others hold by now.`
    : `${who} has not been compared with the store.`;
}
