import { ACTION_FACTS, type DrAction, type TargetType } from './dr-action.js';

/** Where things are found on the surface: the links in operations and problems, in one place. */
const COLLECTIONS: Readonly<Record<TargetType, string>> = {
  PROTECTION_GROUP: 'protection-groups',
  RECOVERY_PLAN: 'recovery-plans',
};

export function operationPath(id: string): string {
  return `/v1/operations/${id}`;
}

export function targetPath(type: TargetType, id: string): string {
  return `/v1/${COLLECTIONS[type]}/${id}`;
}

/** How an action on an existing target is asked for. */
export function actionRequest(action: DrAction, targetId: string): { method: string; href: string } {
  const { targetType, pathName } = ACTION_FACTS[action];
  const href = targetPath(targetType, targetId);
  if (action === 'DELETE_PROTECTION_GROUP') return { method: 'DELETE', href };
  if (action === 'UPDATE_PROTECTION_GROUP') return { method: 'PATCH', href };
  return { method: 'POST', href: `${href}/actions/${pathName}` };
}
