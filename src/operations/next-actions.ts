import { judgeAction } from '../domain/allowed-actions.js';
import { ACTION_FACTS, BUTTONS } from '../domain/action-facts.js';
import type { Lifecycle } from '../domain/lifecycle.js';
import type { ResourceFacts } from '../domain/observation.js';
import type { OperationTarget } from '../domain/operation.js';
import type { NextAction } from '../domain/problem.js';
import { actionRequest } from '../domain/resource-paths.js';

/** What can be done with the target in the state in which an operation left it. */
export function nextActionsAfter(
  { id, type, within }: OperationTarget,
  lifecycle: Lifecycle,
  resource: ResourceFacts | null,
): NextAction[] {
  if (!resource?.exists || !id) return [];
  return BUTTONS.filter(
    (action) =>
      ACTION_FACTS[action].targetType === type &&
      lifecycle.actions[action]?.from !== 'ANY' &&
      judgeAction(lifecycle, action, resource).allowed,
  ).map((action) => ({ title: `Run ${action}`, ...actionRequest(action, id, within ?? null) }));
}
