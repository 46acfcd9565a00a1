import type { Asking } from '../../approvals/asking.js';
import { accessOf, type AuthenticatedRequest } from './request-access.js';

/** Who decides by this request. */
export function askingOf(request: AuthenticatedRequest): Asking {
  return {
    principal: accessOf(request).principal,
    requestId: request.id,
    clientAddress: request.ip,
    method: request.method,
    route: request.routeOptions.url ?? '',
  };
}
