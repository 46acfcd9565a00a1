import { DR_ACTIONS, type DrAction } from '../../domain/dr-action.js';
import type { Operation } from '../../domain/operation.js';
import { isWithin, monthOf, type Month, type MonthRange } from './months.js';
import type { CountedOperation, RollUp } from './roll-up.js';

/** Whose operations are counted together: a site's, or those of one group or plan with its parts. */
export interface Subject {
  siteId: string;
  /** null = the whole site. */
  targetId: string | null;
}

/** A cell of a subject's table: what was done in a month. */
export interface Cell {
  month: Month;
  action: DrAction;
  rollUp: RollUp;
}

/** Where an operation counts: at its site, and with the group or plan that it was about. */
export function subjectsOf({ siteId, target }: Operation): Subject[] {
  const targetId = target.type === 'SITE' ? null : (target.within?.id ?? target.id);
  return [{ siteId, targetId: null }, ...(targetId === null ? [] : [{ siteId, targetId }])];
}

export function fieldOf({ createdTime, action }: Operation): string {
  return `${monthOf(createdTime)} ${action}`;
}

/** Those of a subject's fields that are asked for; what a later version counts is passed over. */
export function cellsIn(
  fields: Readonly<Record<string, string>>,
  range: MonthRange,
  actions: readonly DrAction[] = DR_ACTIONS,
): Cell[] {
  const known = new Set<string>(actions);
  return Object.entries(fields).flatMap(([field, text]) => {
    const [month = '', action = ''] = field.split(' ');
    if (!known.has(action) || !isWithin(month, range)) return [];
    return [{ month, action: action as DrAction, rollUp: readRollUp(text) }];
  });
}

/** Mostly the last one is also the last that was done, and that went well: it is written once. */
type Written = Omit<RollUp, 'lastDone' | 'lastSucceeded'> &
  Partial<Pick<RollUp, 'lastDone' | 'lastSucceeded'>>;

export function writeRollUp({ lastDone, lastSucceeded, ...rest }: RollUp): string {
  const written: Written = { ...rest };
  if (lastSucceeded?.id !== rest.last?.id) written.lastSucceeded = lastSucceeded;
  if (lastDone?.id !== doneOf(rest.last, lastSucceeded)?.id) written.lastDone = lastDone;
  return JSON.stringify(written);
}

export function readRollUp(text: string): RollUp {
  const written = JSON.parse(text) as Written;
  const lastSucceeded = written.lastSucceeded === undefined ? written.last : written.lastSucceeded;
  const { lastDone = doneOf(written.last, lastSucceeded) } = written;
  return { ...written, lastDone, lastSucceeded };
}

/** The last that was done, where it is not written. */
function doneOf(
  last: CountedOperation | null,
  lastSucceeded: CountedOperation | null,
): CountedOperation | null {
  return last?.state === 'REJECTED' ? lastSucceeded : last;
}
