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
