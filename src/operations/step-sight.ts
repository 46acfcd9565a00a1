import type { ActionCommand } from '../domain/action-command.js';
import { ACTION_FACTS } from '../domain/action-facts.js';
import { judgeAction } from '../domain/allowed-actions.js';
import { meaningOf, type Lifecycle } from '../domain/lifecycle.js';
import { problem, type Problem } from '../domain/problem.js';
import type { Preparation } from '../providers/provider-driver.js';

/** What is to be done with a step of a composite whose turn has come. */
export type StepSight =
  | { kind: 'BEGIN' }
  /** There is nothing to do. */
  | { kind: 'ALREADY_SO'; detail: string }
  /** What stands in its way is about to pass. */
  | { kind: 'WAIT'; reason: Problem }
  | { kind: 'BLOCKED'; reason: Problem };

export function stepSight(command: ActionCommand, preparation: Preparation, lifecycle: Lifecycle): StepSight {
  const { resource, blockers, companions = [] } = preparation;
  const { allowed, blocking } = judgeAction(lifecycle, command.action, resource, { blockers, companions });
  if (allowed) return { kind: 'BEGIN' };
  const detail = blocking.map((b) => b.text).join(' ');
  // The judge's own reasons stand before those of the driver.
  const judged = blocking.slice(0, blocking.length - blockers.length);
  const onlySo = judged.length === 0 || (judged.length === 1 && isSo(command, resource, lifecycle));
  if (onlySo && blockers.every((blocker) => blocker.alreadyDone)) {
    return { kind: 'ALREADY_SO', detail: `Already so. ${detail}` };
  }
  const retryable =
    judged.every(({ code }) => code === 'wrong-state') &&
    wrongWordsPass(command, preparation, lifecycle) &&
    blockers.every(({ passing, ofSite, alreadyDone }) => passing || ofSite || alreadyDone);
  const reason = problem('action-not-allowed', detail, { blocking, retryable });
  return { kind: retryable ? 'WAIT' : 'BLOCKED', reason };
}

/** Whether a group is switched to what the action would switch it to, and so in no state to start it from. */
function isSo({ action }: ActionCommand, resource: Preparation['resource'], lifecycle: Lifecycle): boolean {
  const { holder, targetType } = ACTION_FACTS[action];
  const row = lifecycle.actions[action];
  if (holder !== 'PROTECTION_GROUP' || targetType !== 'PROTECTION_GROUP' || !row || !resource) return false;
  return isAmong(row.to, resource.word) && Array.isArray(row.from) && !isAmong(row.from, resource.word);
}

function isAmong(words: readonly string[] | string, word: string): boolean {
  return typeof words !== 'string' && words.includes(word);
}

/** Whether whatever is in a wrong state will leave it by itself. */
function wrongWordsPass(
  { action }: ActionCommand,
  { resource, companions = [] }: Preparation,
  lifecycle: Lifecycle,
): boolean {
  const row = lifecycle.actions[action];
  const { targetType } = ACTION_FACTS[action];
  const involved = [
    ...(resource ? [{ kind: targetType, facts: resource, words: row?.from }] : []),
    ...companions.map(({ kind, facts }) => ({ kind, facts, words: row?.companions?.[kind] })),
  ];
  return involved
    .filter(({ facts, words }) => Array.isArray(words) && !words.includes(facts.word))
    .every(({ kind, facts }) => meaningOf(lifecycle, kind, facts.word).passing);
}
