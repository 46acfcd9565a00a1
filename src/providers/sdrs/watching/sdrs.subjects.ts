import { ACTION_FACTS } from '../../../domain/action-facts.js';
import type { ActionCommand } from '../../../domain/action-command.js';
import type { DrAction } from '../../../domain/dr-action.js';
import { sdrsDescriptor } from '../sdrs.descriptor.js';

/** What an action is about upstream, and so which list shows what became of it. */
export type SubjectKind = 'GROUP' | 'DRILL' | 'INSTANCE' | 'PAIR' | 'TASKS';

export function subjectKindOf(action: DrAction): SubjectKind {
  if (sdrsDescriptor.lifecycle.actions[action]?.observes === 'DRILL') return 'DRILL';
  switch (ACTION_FACTS[action].targetType) {
    case 'PROTECTED_INSTANCE':
      return 'INSTANCE';
    case 'REPLICATION_PAIR':
      return 'PAIR';
    case 'DRILL':
      return 'DRILL';
    case 'SITE':
      return 'TASKS';
    default:
      return 'GROUP';
  }
}

/** What a group holds, or the task center: not the group itself, nor the making and removing of drills. */
export function isAboutPart(action: DrAction): boolean {
  return ['INSTANCE', 'PAIR', 'TASKS'].includes(subjectKindOf(action)) || action === 'UPDATE_DRILL';
}

const CREATIONS: readonly DrAction[] = [
  'CREATE_PROTECTION_GROUP',
  'START_DRILL',
  'ADD_PROTECTED_INSTANCE',
  'CREATE_REPLICATION_PAIR',
];

export function isCreation({ action }: Pick<ActionCommand, 'action'>): boolean {
  return CREATIONS.includes(action);
}
