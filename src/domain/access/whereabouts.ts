import type { Operation } from '../operation.js';
import type { Whereabouts } from './scope.js';

/** What of an operation says where it lies. */
export type Placed = Pick<Operation, 'siteId' | 'target'> & { lockedGroupIds?: readonly string[] };

/**
 * An operation lies at its target, at what the target is a part of, and at everything that it holds or held: whoever sees
 * one of these sees it. One that has no target yet, or is about the site itself, lies at the site.
 */
export function whereaboutsOf({ siteId, target, lockedGroupIds = [] }: Placed): Whereabouts {
  const ids = [target.type === 'SITE' ? null : target.id, target.within?.id ?? null, ...lockedGroupIds];
  return { siteId, targetIds: [...new Set(ids.filter((id) => id !== null))] };
}

/** What it acts upon: one of the groups that it touches is not enough to stop it, or to say how it ended. */
export function actedUpon({ siteId, target }: Pick<Operation, 'siteId' | 'target'>): Whereabouts {
  return { siteId, targetIds: target.type === 'SITE' ? [] : targetsOf({ target }) };
}

/** What it is about, and what that is a part of. */
export function targetsOf({ target }: Pick<Operation, 'target'>): string[] {
  return [...new Set([target.id, target.within?.id])].filter((id): id is string => Boolean(id));
}

/** What it holds or held beside that. */
export function groupsOf({ target, lockedGroupIds }: Pick<Operation, 'target' | 'lockedGroupIds'>): string[] {
  const targets = targetsOf({ target });
  return lockedGroupIds.filter((id) => !targets.includes(id));
}
