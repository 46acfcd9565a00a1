import type { Decision } from '../domain/access/decision.js';

const LONGEST = 512;
const LONGEST_REASON = 2_000;

/** Nobody's text makes a line longer than some kilobytes. Whatever else the object carries stays out. */
export function bounded(decision: Decision): Decision {
  const { kind, principalKind, right, action, reason, validateOnly } = decision;
  return {
    kind,
    principalId: cut(decision.principalId),
    principalKind,
    requestId: cut(decision.requestId) ?? '',
    clientAddress: cut(decision.clientAddress),
    method: cut(decision.method) ?? '',
    route: cut(decision.route) ?? '',
    right,
    action,
    siteId: cut(decision.siteId),
    subjectId: cut(decision.subjectId),
    operationId: cut(decision.operationId),
    code: cut(decision.code),
    reason: cut(reason, LONGEST_REASON),
    ...(validateOnly ? { validateOnly } : {}),
  };
}

function cut(text: string | null, longest = LONGEST): string | null {
  return text === null || text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
