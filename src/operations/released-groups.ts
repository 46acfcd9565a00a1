import type { Operation } from '../domain/operation.js';

/** What a step made that its parent's next steps will act upon: the parent holds it from the step's end on. */
export function lockedForParent({ parentId, target, lockedGroupIds }: Operation): string[] {
  return parentId && isHolder(target) && !lockedGroupIds.includes(target.id) ? [target.id] : [];
}

/** Every group it had to do with, and the one that it made. */
export function heldBy({ target, lockedGroupIds }: Operation): string[] {
  return [...new Set([...lockedGroupIds, ...(isHolder(target) ? [target.id] : [])])];
}

function isHolder(target: Operation['target']): target is Operation['target'] & { id: string } {
  return (target.type === 'PROTECTION_GROUP' || target.type === 'RECOVERY_PLAN') && target.id !== null;
}
