import type { DrAction } from '../dr-action.js';
import type { PrincipalKind } from './principal.js';
import type { Right } from './rights.js';

/** ALLOWED and REFUSED = a request; the others = what a person decided about something. */
export const DECISION_KINDS = [
  'ALLOWED',
  'REFUSED',
  'APPROVED',
  'DECLINED',
  'OVERRIDDEN',
  'EMERGENCY_DECLARED',
  'EMERGENCY_ENDED',
  'RESOLVED',
  'KEY_MADE',
  'KEY_CHANGED',
  'KEY_REVOKED',
  'BREAK_GLASS_USED',
] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];

/** One line of the audit: who decided, or was told, what. Never holds a credential. */
export interface Decision {
  kind: DecisionKind;
  /** null = nobody that is known (a refused credential). */
  principalId: string | null;
  principalKind: PrincipalKind | null;
  requestId: string;
  /** Address of the client's side of the connection. */
  clientAddress: string | null;
  method: string;
  /** As the route has it: `/v1/recovery-plans/:id/actions/failover`. */
  route: string;
  right: Right | null;
  action: DrAction | null;
  siteId: string | null;
  /** Public id of what it is about: a group, plan, operation, key or approval. */
  subjectId: string | null;
  operationId: string | null;
  /** A stable problem code for what was refused; null for the rest. */
  code: string | null;
  /** A person's own words. */
  reason: string | null;
  /** Only a check was asked for: nothing was to be sent. */
  validateOnly?: boolean;
}
