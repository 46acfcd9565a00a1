import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../domain/access/principal.js';
import type { Right } from '../../domain/access/rights.js';
import type { Scope } from '../../domain/access/scope.js';

/** Who asks, and over what: there for every route that is not public. */
export interface RequestAccess {
  principal: Principal;
  /** What may be seen: what is outside of it is not there. */
  seen: Scope;
  /** Where the right of the route is held. */
  held: Scope;
  /** The right of the route. */
  right?: Right;
}

export type AuthenticatedRequest = FastifyRequest & { access?: RequestAccess };

/** A route that asks for it without being guarded is a mistake of ours. */
export function accessOf({ access, method, url }: AuthenticatedRequest): RequestAccess {
  if (!access) throw new Error(`${method} ${url} was let in without a principal`);
  return access;
}

/** As the history keeps it. */
export function principalIdOf(request: AuthenticatedRequest): string {
  return accessOf(request).principal.id;
}
