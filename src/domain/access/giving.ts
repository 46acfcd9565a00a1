import type { Grant } from './principal.js';
import { roleHas, ROLES, type Right } from './rights.js';
import type { Scope } from './scope.js';

/** What somebody would give away without holding it. */
export interface NotHeld {
  /** JSON pointer within the list of grants. */
  pointer: string;
  right: Right;
}

/** The whole, a site, or something in a site. */
interface Part {
  pointer: string;
  siteId: string | null;
  targetId: string | null;
}

/**
 * Nobody gives away what they do not hold, nor to where they do not manage access. A plan that is held may be given; the
 * groups that it holds today may not, by themselves: tomorrow it may hold others.
 */
export function notHeld(giver: readonly Grant[], wanted: readonly Grant[]): NotHeld[] {
  return wanted.flatMap((grant, at) => {
    const rights: readonly Right[] = [...ROLES[grant.role], 'access:manage'];
    return partsOf(grant, `/${at}`).flatMap((part) => {
      const right = rights.find((one) => !giver.some((held) => gives(held, one, part)));
      return right === undefined ? [] : [{ pointer: part.pointer, right }];
    });
  });
}

/** Whether all that is granted lies within what is held. */
export function isWithin(scope: Scope, grants: readonly Grant[]): boolean {
  if (scope.isAll) return true;
  return grants.every(({ sites, targets }) =>
    targets === '*'
      ? sites !== '*' && sites.every((siteId) => scope.coversSite(siteId))
      : targets.every((id) => scope.covers({ siteId: siteOf(id), targetIds: [id] })),
  );
}

/** A public id begins with its site; '' = it is none. */
export function siteOf(targetId: string): string {
  return targetId.slice(0, Math.max(0, targetId.indexOf('.')));
}

function partsOf({ sites, targets }: Grant, pointer: string): Part[] {
  if (targets !== '*')
    return targets.map((targetId, at) => ({
      pointer: `${pointer}/targets/${at}`,
      siteId: siteOf(targetId),
      targetId,
    }));
  if (sites === '*') return [{ pointer: `${pointer}/sites`, siteId: null, targetId: null }];
  return sites.map((siteId, at) => ({ pointer: `${pointer}/sites/${at}`, siteId, targetId: null }));
}

function gives({ role, sites, targets }: Grant, right: Right, { siteId, targetId }: Part): boolean {
  if (!roleHas(role, right)) return false;
  if (sites !== '*' && (siteId === null || !sites.includes(siteId))) return false;
  return targets === '*' || (targetId !== null && targets.includes(targetId));
}
