import type { Decision, DecisionKind } from '../../domain/access/decision.js';
import { DR_ACTIONS, type DrAction } from '../../domain/dr-action.js';
import { SITE_ID_PATTERN } from '../../domain/ids.js';
import type { AuthenticatedRequest } from './request-access.js';

/**
 * What the audit keeps of a request: who asked for what, as far as the request itself tells. Its fields were not checked yet
 * when it is made at the door.
 * @param more what the caller knows better
 */
export function decisionOf(
  request: AuthenticatedRequest,
  kind: DecisionKind,
  more: Partial<Decision> = {},
): Decision {
  const { access, method, ip } = request;
  const route = request.routeOptions.url ?? '';
  const wish = wishOf(request);
  const [id = null] = Object.values((request.params ?? {}) as Record<string, string>);
  return {
    kind,
    principalId: access?.principal.id ?? null,
    principalKind: access?.principal.kind ?? null,
    requestId: request.id,
    clientAddress: ip ?? null,
    method,
    route,
    right: access?.right ?? null,
    action: actionOf(route),
    siteId: siteOf(route, id) ?? wish.siteId,
    subjectId: id,
    operationId: route.startsWith('/v1/operations/:id') ? id : null,
    code: null,
    reason: wish.reason,
    ...(wish.validateOnly ? { validateOnly: true } : {}),
    ...more,
  };
}

/** Of the actions that have a path of their own; what else is asked, the route tells. */
function actionOf(route: string): DrAction | null {
  const word = /\/actions\/([a-z-]+)$/.exec(route)?.[1]?.toUpperCase().replaceAll('-', '_');
  return DR_ACTIONS.find((action) => action === word) ?? null;
}

/** Ids carry their site. */
function siteOf(route: string, id: string | null): string | null {
  if (id === null) return null;
  const isSite = route === '/v1/sites/:siteId' || route.startsWith('/v1/sites/:siteId/');
  const siteId = isSite ? id : id.slice(0, Math.max(0, id.indexOf('.')));
  return SITE_ID_PATTERN.test(siteId) ? siteId : null;
}

/** DELETE has it in the query, the others in the body. */
function wishOf({ body, query }: AuthenticatedRequest) {
  const given = { ...objectOf(query), ...objectOf(body) };
  const { reason, siteId, validateOnly } = given;
  return {
    reason: typeof reason === 'string' ? reason : null,
    siteId: typeof siteId === 'string' && SITE_ID_PATTERN.test(siteId) ? siteId : null,
    validateOnly: validateOnly === true || validateOnly === 'true',
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
