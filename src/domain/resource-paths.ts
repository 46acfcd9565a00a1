import { ACTION_FACTS } from './action-facts.js';
import type { DrAction, TargetType } from './dr-action.js';

/** Where things are found on the surface: the links in operations and problems, in one place. */
const COLLECTIONS: Readonly<Record<TargetType, string>> = {
  PROTECTION_GROUP: 'protection-groups',
  RECOVERY_PLAN: 'recovery-plans',
  PROTECTED_INSTANCE: 'protected-instances',
  REPLICATION_PAIR: 'replication-pairs',
  DRILL: 'drills',
  SITE: 'sites',
};

export interface Place {
  type: TargetType;
  id: string;
}

export function operationPath(id: string): string {
  return `/v1/operations/${id}`;
}

/** @param within the group or plan that a part belongs to */
export function targetPath({ type, id }: Place, within: Place | null = null): string {
  const root = within ? targetPath(within) : '/v1';
  return `${root}/${COLLECTIONS[type]}/${id}`;
}

/** How an action on something that exists is asked for. */
export function actionRequest(
  action: DrAction,
  targetId: string,
  within: Place | null = null,
): { method: string; href: string } {
  const { targetType, pathName } = ACTION_FACTS[action];
  const href = targetPath({ type: targetType, id: targetId }, within);
  switch (pathName) {
    case 'delete':
    case 'remove':
      return { method: 'DELETE', href };
    case 'update':
      return { method: 'PATCH', href };
    case 'set-tags':
      return { method: 'PUT', href: `${href}/tags` };
    case 'remove-tags':
      return { method: 'DELETE', href: `${href}/tags` };
    default:
      return { method: 'POST', href: `${href}/actions/${pathName}` };
  }
}

/** How something new is asked for: a group, a plan, or a part of one. */
export function creationRequest(
  type: TargetType,
  within: Place | null = null,
): { method: string; href: string } {
  const root = within ? targetPath(within) : '/v1';
  return { method: 'POST', href: `${root}/${COLLECTIONS[type]}` };
}
