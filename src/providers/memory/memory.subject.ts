import type { ActionCommand } from '../../domain/action-command.js';
import { ACTION_FACTS } from '../../domain/action-facts.js';

export function isOfPlan(command: ActionCommand): boolean {
  return ACTION_FACTS[command.action].targetType === 'RECOVERY_PLAN';
}

export function isOfPart({ action }: ActionCommand): boolean {
  return ACTION_FACTS[action].targetType !== ACTION_FACTS[action].holder;
}

/** What the action is done to; null = it is still to be made. */
export function subjectOf(command: ActionCommand): string | null {
  return isOfPart(command) ? command.partNativeId : command.targetNativeId;
}
