import type { Operation } from '../operation.js';
import type { Whereabouts } from './scope.js';

type Placed = Pick<Operation, 'id' | 'siteId' | 'target' | 'lockedGroupIds'>;

/**
 * Where an operation is seen: whoever sees its target, what that is a part of, or any group that it touches, sees it. What
 * has none of these, such as a creation that has made nothing yet, is seen with the whole site.
 */
export function whereaboutsOf(operation: Placed): Whereabouts {
  return lying(operation, [...targetsOf(operation), ...groupsOf(operation)]);
}

/** What it acts upon: one of the groups that it touches is not enough to stop it, or to say how it ended. */
export function actedUpon(operation: Placed): Whereabouts {
  return lying(operation, targetsOf(operation));
}

/** What it is about, and what that is a part of. */
export function targetsOf({ target }: Pick<Operation, 'target'>): string[] {
  return [...new Set([target.id, target.within?.id])].filter((id): id is string => Boolean(id));
}

/** What else it touches. */
export function groupsOf({ target, lockedGroupIds }: Pick<Operation, 'target' | 'lockedGroupIds'>): string[] {
  const targets = targetsOf({ target });
  return lockedGroupIds.filter((id) => !targets.includes(id));
}

/** It lies at least at a place of its own, which is granted to nobody: an empty list would be the site. */
function lying({ id, siteId }: Placed, targetIds: string[]): Whereabouts {
  return { siteId, targetIds: targetIds.length > 0 ? targetIds : [id] };
}
