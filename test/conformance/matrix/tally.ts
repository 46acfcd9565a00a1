import type { Cell, Exception, Plane } from './cell.js';

/** The cells in which gateway and upstream differ. */
export interface Tally {
  falseAllowed: Cell[];
  falseBlocked: Cell[];
  /** The list of a plan's actions and the guard disagree. */
  torn: Cell[];
  /** Stricter than the upstream by choice. */
  stricter: Cell[];
  /** Exceptions that no cell needs. */
  idle: Exception[];
}

export function tallyOf({ stricter }: Plane, cells: readonly Cell[]): Tally {
  const refusedInVain = cells.filter(({ allowed, accepted }) => !allowed && accepted);
  const byChoice = refusedInVain.filter((cell) => stricter.some((exception) => covers(exception, cell)));
  return {
    falseAllowed: cells.filter(({ allowed, accepted }) => allowed && !accepted),
    falseBlocked: refusedInVain.filter((cell) => !byChoice.includes(cell)),
    torn: cells.filter(({ shown, allowed }) => shown !== null && shown !== allowed),
    stricter: byChoice,
    idle: stricter.filter((exception) => !byChoice.some((cell) => covers(exception, cell))),
  };
}

/** One line for the log of a test run. */
export function lineOf({ provider }: Plane, cells: readonly Cell[], tally: Tally): string {
  const count = (field: 'state' | 'deed' | 'circumstance') => new Set(cells.map((cell) => cell[field])).size;
  return [
    `${provider}: ${count('state')} states × ${count('deed')} actions × ${count('circumstance')} circumstances,`,
    `as far as they concern each other = ${cells.length} cells,`,
    `false allowed ${tally.falseAllowed.length}, false blocked ${tally.falseBlocked.length},`,
    `stricter by choice ${tally.stricter.length}`,
  ].join(' ');
}

/** A cell as a sentence, for whoever has to mend it. */
export function sentenceOf({ deed, state, circumstance, ...cell }: Cell): string {
  const said = cell.allowed ? 'allowed' : `blocked (${cell.why.join(', ')})`;
  const list = cell.shown === null ? '' : `, in the list ${cell.shown ? 'allowed' : 'blocked'}`;
  const done = cell.accepted ? 'accepted' : `refused (${cell.answer || 'nothing was begun'})`;
  return `${deed} in ${state}, ${circumstance}: ${said}${list}; ${done}`;
}

function covers({ deeds, states, when = '' }: Exception, { deed, state, circumstance }: Cell): boolean {
  const inState = states === 'ANY' || states.includes(state);
  return deeds.includes(deed) && inState && circumstance.includes(when);
}
