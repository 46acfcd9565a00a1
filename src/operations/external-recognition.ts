import { DR_ACTIONS } from '../domain/dr-action.js';
import { observedKind } from '../domain/external-verdict.js';
import type { Lifecycle, LifecycleRow } from '../domain/lifecycle.js';
import type { Observation } from '../domain/observation.js';
import type { Change } from '../domain/operation-change.js';
import type { Operation } from '../domain/operation.js';
import { isCreation } from './external-resources.js';
import { gravity } from './external-signs.js';
import { isLookalike, lookalikes } from './external-words.js';

/**
 * What an operation of others turns out to be: where actions share a word ("waits for a person") and no job told which
 * it is, the gravest was taken. Once its target is seen where that one never leads and another of them does, it is the
 * other. null = nothing speaks against what it is taken for.
 */
export function recognition(
  operation: Operation,
  { actions }: Pick<Lifecycle, 'actions'>,
  { resource }: Observation,
): Extract<Change, { kind: 'RECOGNIZED' }> | null {
  const row = actions[operation.action];
  const was = operation.upstream.state;
  if (!row || !resource?.exists || was === null || operation.calls.length > 0) return null;
  const { word } = resource;
  if (word === was || isOnItsWay(row, word)) return null;
  const kind = observedKind(operation, row);
  const others = DR_ACTIONS.filter((action) => {
    const other = actions[action];
    if (!other || isCreation(action) || observedKind({ action }, other) !== kind) return false;
    if (!other.via.includes(was)) return false;
    return other.via.includes(word) || leadsTo(other, word);
  });
  const [action, ...rest] = others.sort((one, other) => gravity(other) - gravity(one));
  if (!action) return null;
  const warnings = [...operation.warnings.filter((text) => !isLookalike(text)), ...lookalikes(rest)];
  const text = `It is ${action}, and not ${operation.action}, as was taken for likely: the upstream says ${word}.`;
  return { kind: 'RECOGNIZED', action, warnings, text };
}

function isOnItsWay(row: LifecycleRow, word: string): boolean {
  const begins = row.from === 'ANY' || row.from.includes(word);
  return begins || row.via.includes(word) || leadsTo(row, word) || endsBadlyIn(row, word);
}

function leadsTo({ to }: LifecycleRow, word: string): boolean {
  return to === 'ANY' || (to !== 'GONE' && to.includes(word));
}

function endsBadlyIn({ failed, cancelled }: LifecycleRow, word: string): boolean {
  return failed.includes(word) || cancelled?.includes(word) === true;
}
