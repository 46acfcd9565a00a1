import type { Decision, DecisionKind } from '../domain/access/decision.js';
import type { Principal } from '../domain/access/principal.js';

/** Who decides something, and by which request. */
export type Asking = Pick<Decision, 'requestId' | 'clientAddress' | 'method' | 'route'> & {
  principal: Principal;
};

type About = Pick<Decision, 'right' | 'subjectId' | 'reason'> & Partial<Pick<Decision, 'action' | 'siteId'>>;

/** What the audit keeps of it. */
export function decisionOf(
  { principal, requestId, clientAddress, method, route }: Asking,
  kind: DecisionKind,
  about: About,
): Decision {
  return {
    kind,
    principalId: principal.id,
    principalKind: principal.kind,
    requestId,
    clientAddress,
    method,
    route,
    action: null,
    siteId: null,
    operationId: null,
    code: null,
    ...about,
  };
}
