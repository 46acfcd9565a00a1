import type { Operation } from '../../../domain/operation.js';
import { operationPath } from '../../../domain/resource-paths.js';
import type { Conclusion } from '../finding.js';

/** What unfinished operations say: those that wait for a person, and those that do not move. */
export function operationConclusions(open: readonly Operation[]): Conclusion[] {
  return open.flatMap((operation) => {
    if (operation.state === 'UNKNOWN') return [undecided(operation)];
    if (operation.state === 'WAITING_FOR_INPUT') return asked(operation);
    return operation.stalled ? [stalled(operation)] : [];
  });
}

function undecided(operation: Operation): Conclusion {
  const { id, evidence, updatedTime } = operation;
  return {
    ...rest(operation),
    type: 'OPERATION_UNKNOWN',
    severity: 'CRITICAL',
    text: `It is not known what became of ${titleOf(operation)}. ${evidence ?? ''}`.trim(),
    remedy:
      'Look at the upstream, and settle the operation; nothing else can be done to its groups until then.',
    sinceTime: updatedTime,
    nextActions: [
      see(operation),
      { title: 'Settle it', method: 'POST', href: `${operationPath(id)}/resolution` },
    ],
  };
}

function asked(operation: Operation): Conclusion[] {
  const { id, prompts, updatedTime } = operation;
  return prompts.map((prompt) => ({
    ...rest(operation),
    type: 'PROMPT_WAITING',
    severity: 'WARNING',
    detailKey: `${id} ${prompt.id}`,
    text: `${titleOf(operation)} waits for an answer: ${prompt.text}`,
    remedy: 'Do what the prompt asks for, and answer it; or cancel the operation, where it can be.',
    sinceTime: prompt.raisedTime ?? updatedTime,
    nextActions: [
      see(operation),
      { title: 'Answer the prompt', method: 'POST', href: `${operationPath(id)}/input` },
    ],
  }));
}

function stalled(operation: Operation): Conclusion {
  return {
    ...rest(operation),
    type: 'OPERATION_STALLED',
    severity: 'WARNING',
    text: `${titleOf(operation)} has not moved since ${operation.progressTime}.`,
    remedy: 'Look at the upstream; the operation ends by itself as soon as the upstream shows an end.',
    sinceTime: operation.progressTime,
    nextActions: [see(operation)],
  };
}

function rest({ id, target }: Operation) {
  return { target: { ...target, within: target.within ?? null }, detailKey: id };
}

function titleOf({ action, target, requestedBy }: Operation): string {
  return `${action} of ${target.name} (asked for by ${requestedBy})`;
}

function see({ id }: Operation) {
  return { title: 'Look at the operation', method: 'GET', href: operationPath(id) };
}
