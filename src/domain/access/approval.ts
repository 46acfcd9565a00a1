import type { ActiveSite, Direction, DrAction } from '../dr-action.js';
import type { ProtectionState } from '../inventory.js';
import type { Grant } from './principal.js';

export const APPROVAL_STATES = ['REQUESTED', 'APPROVED', 'DECLINED', 'USED', 'EXPIRED'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

export const APPROVAL_DECISIONS = ['APPROVED', 'DECLINED', 'OVERRIDDEN'] as const;

/** What somebody said to it. OVERRIDDEN = it goes on without a second person. */
export interface ApprovalDecision {
  kind: (typeof APPROVAL_DECISIONS)[number];
  decidedBy: string;
  reason: string | null;
  time: string;
  /** What they held then: for credentials of which nobody can tell what they hold now. Never shown. */
  grants: readonly Grant[];
}

/** What a second person is asked for: one request of one person, exactly as it was sent, while its target is as it was. */
export interface Approval {
  /** Carries its site. */
  id: string;
  /** As it is kept: what has expired is found by its time. */
  state: Exclude<ApprovalState, 'EXPIRED'>;
  siteId: string;
  /** Public id of the group or plan; null = of what is still to be created, or of the site itself. */
  targetId: string | null;
  targetName: string;
  action: DrAction;
  direction: Direction | null;
  /** Public ids of every group that it touches. */
  touches: readonly string[];
  /** What the pre-flight saw; null = there is nothing to see yet. */
  observed: { state: ProtectionState; activeSite: ActiveSite | null } | null;
  request: { method: string; path: string; body: unknown };
  /** Who asked with which Idempotency-Key, and for what: SHA-256. Never shown. */
  keyHash: string;
  fingerprint: string;
  requestedBy: string;
  /** The person behind that credential, where it is known. */
  requestedByPerson: string;
  reason: string | null;
  requestedTime: string;
  expiryTime: string;
  decisions: readonly ApprovalDecision[];
  usedTime: string | null;
  /** What came of it. */
  operationId: string | null;
}

export type ApprovalChange =
  | { kind: 'APPROVE' | 'DECLINE' | 'OVERRIDE'; by: string; reason: string | null; grants: readonly Grant[] }
  | { kind: 'USE' }
  | { kind: 'BEGIN'; operationId: string };

interface Row {
  from: readonly ApprovalState[];
  to: Approval['state'];
}

/**
 * Who says no is heard until it is used. It is used by one request, which may be sent again with its Idempotency-Key: that
 * key begins one operation at most, however often it is sent.
 */
export const APPROVAL_LIFE: Readonly<Record<ApprovalChange['kind'], Row>> = {
  APPROVE: { from: ['REQUESTED'], to: 'APPROVED' },
  OVERRIDE: { from: ['REQUESTED'], to: 'APPROVED' },
  DECLINE: { from: ['REQUESTED', 'APPROVED'], to: 'DECLINED' },
  USE: { from: ['APPROVED', 'USED'], to: 'USED' },
  BEGIN: { from: ['USED'], to: 'USED' },
};

const WORDS = { APPROVE: 'APPROVED', DECLINE: 'DECLINED', OVERRIDE: 'OVERRIDDEN' } as const;

/** What it is at that time. What was used and came to nothing expires like the rest. */
export function approvalStateAt({ state, expiryTime, operationId }: Approval, nowMs: number): ApprovalState {
  const isOpen = state === 'REQUESTED' || state === 'APPROVED' || (state === 'USED' && operationId === null);
  return isOpen && nowMs >= Date.parse(expiryTime) ? 'EXPIRED' : state;
}

/** null = it cannot become that from what it is now. */
export function changedApproval(approval: Approval, change: ApprovalChange, nowMs: number): Approval | null {
  const { from, to } = APPROVAL_LIFE[change.kind];
  // What has come of it is written down however late.
  const state = change.kind === 'BEGIN' ? approval.state : approvalStateAt(approval, nowMs);
  if (!from.includes(state)) return null;
  const time = new Date(nowMs).toISOString();
  switch (change.kind) {
    case 'USE':
      return { ...approval, state: to, usedTime: approval.usedTime ?? time };
    case 'BEGIN':
      return { ...approval, operationId: change.operationId };
    default: {
      const { by: decidedBy, reason, grants } = change;
      const decision = { kind: WORDS[change.kind], decidedBy, reason, time, grants };
      return { ...approval, state: to, decisions: [...approval.decisions, decision] };
    }
  }
}
