import { v7 as uuidv7 } from 'uuid';
import type { AuditTrail } from '../access/audit-trail.js';
import type { Authenticator } from '../access/authenticator.js';
import type { Scopes } from '../access/scopes.js';
import {
  approvalStateAt,
  changedApproval,
  type Approval,
  type ApprovalChange,
  type ApprovalDecision,
} from '../domain/access/approval.js';
import { personOf, type Principal } from '../domain/access/principal.js';
import type { Right } from '../domain/access/rights.js';
import type { Whereabouts } from '../domain/access/scope.js';
import { problem, ProblemError } from '../domain/problem.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Announcements } from './announcements.js';
import {
  approvalClosed,
  approvalDeclined,
  approvalLapsed,
  approvalRequired,
  approverLapsed,
  noApproval,
  secondPersonNeeded,
} from './approval-problems.js';
import { decisionOf, type Asking } from './asking.js';
import type { ApprovalStore } from './redis-approval-store.js';

export type Deciding = Exclude<ApprovalChange['kind'], 'USE' | 'BEGIN'>;

/** Which right each needs over the target, and what the audit calls it. */
export const DECIDING = {
  APPROVE: { right: 'approvals:decide', kind: 'APPROVED' },
  DECLINE: { right: 'approvals:decide', kind: 'DECLINED' },
  OVERRIDE: { right: 'emergencies:declare', kind: 'OVERRIDDEN' },
} as const satisfies Readonly<Record<Deciding, { right: Right; kind: ApprovalDecision['kind'] }>>;

/** What is known of a request when a second person is asked. */
export type ApprovalWish = Omit<
  Approval,
  | 'id'
  | 'state'
  | 'requestedBy'
  | 'requestedByPerson'
  | 'requestedTime'
  | 'expiryTime'
  | 'decisions'
  | 'usedTime'
  | 'operationId'
> & { asker: Principal; validMinutes: number };

/** Where an approval lies: with its target; without one, only with the whole site. */
export function whereaboutsOfApproval({ id, siteId, targetId }: Approval): Whereabouts {
  return { siteId, targetIds: [targetId ?? id] };
}

/** A second person's word on one request of somebody else. Throws `ProblemError`. */
export class Approvals {
  constructor(
    private readonly store: ApprovalStore,
    private readonly authenticator: Pick<Authenticator, 'named'>,
    private readonly scopes: Pick<Scopes, 'of'>,
    private readonly audit: Pick<AuditTrail, 'record'>,
    private readonly announcements: Announcements,
    private readonly clock: Clock,
  ) {}

  find(id: string): Promise<Approval | null> {
    return this.store.find(id);
  }

  async get(id: string): Promise<Approval> {
    const found = await this.store.find(id);
    if (!found) throw noApproval(id);
    return found;
  }

  /** Newest first. */
  all(): Promise<Approval[]> {
    return this.store.all();
  }

  /** null = nobody was asked about the request with this key. */
  ofKey(keyHash: string): Promise<Approval | null> {
    return this.store.ofKey(keyHash);
  }

  /** Asks a second person, or finds that they were asked already. */
  async ask({ asker, validMinutes, ...wish }: ApprovalWish): Promise<Approval> {
    const now = this.clock.now();
    const approval: Approval = {
      ...wish,
      id: `${wish.siteId}.${uuidv7()}`,
      state: 'REQUESTED',
      requestedBy: asker.id,
      requestedByPerson: personOf(asker),
      requestedTime: isoTime(now),
      expiryTime: isoTime(now + validMinutes * 60_000),
      decisions: [],
      usedTime: null,
      operationId: null,
    };
    const kept = await this.store.ask(approval);
    if (!kept)
      throw new ProblemError(problem('rate-limited', 'Too many approvals were asked for within a week.'));
    if (kept.id === approval.id)
      this.announce('approval.requested', kept, `${asker.id} asks for an approval.`);
    return kept;
  }

  /** The right was checked. Said again by the same person, it is the same word. */
  async decide(id: string, what: Deciding, asking: Asking, reason: string | null): Promise<Approval> {
    const found = await this.get(id);
    const { principal } = asking;
    if (what === 'APPROVE' && found.requestedByPerson === personOf(principal)) throw secondPersonNeeded();
    const { kind, right } = DECIDING[what];
    const last = found.decisions.at(-1);
    if (last?.kind === kind && last.decidedBy === principal.id) return found;
    const change = { kind: what, by: principal.id, reason, grants: principal.grants };
    const now = (): number => this.clock.now();
    if (!changedApproval(found, change, now())) throw approvalClosed(found, now());
    const { siteId, action } = found;
    // What cannot be kept is not done. If somebody else is faster now, the refusal follows it in the audit.
    await this.audit.record(decisionOf(asking, kind, { right, siteId, action, subjectId: id, reason }));
    const written = await this.store.change(id, (approval) => changedApproval(approval, change, now()));
    if (!written) throw approvalClosed(await this.get(id), now());
    if (what === 'OVERRIDE')
      this.announce(
        'approval.overridden',
        written,
        `${principal.id} goes on without a second person: ${reason ?? ''}`,
      );
    return written;
  }

  /**
   * Takes the approval for the request that it was given for. From then on nobody takes it back. The same request may take
   * it again until it expires: its Idempotency-Key begins one operation at most.
   */
  async use(approval: Approval, claim: { fingerprint: string }): Promise<Approval> {
    mustBeFor(approval, claim.fingerprint);
    const now = this.clock.now();
    this.mustBeGiven(approval, now);
    for (const decision of approval.decisions) await this.mustStillHold(approval, decision);
    const used = await this.store.change(approval.id, (found) =>
      changedApproval(found, { kind: 'USE' }, now),
    );
    if (used) return used;
    const changed = await this.get(approval.id);
    this.mustBeGiven(changed, now);
    throw approvalClosed(changed, now);
  }

  /** For whoever reads the approval: nothing depends on it. */
  async begun(id: string, operationId: string): Promise<void> {
    await this.store.change(id, (found) =>
      found.operationId === null
        ? changedApproval(found, { kind: 'BEGIN', operationId }, this.clock.now())
        : null,
    );
  }

  private mustBeGiven(approval: Approval, now: number): void {
    switch (approvalStateAt(approval, now)) {
      case 'REQUESTED':
        throw approvalRequired(approval);
      case 'DECLINED':
        throw approvalDeclined(approval);
      case 'EXPIRED':
        throw approvalLapsed(approval);
      case 'APPROVED':
      case 'USED':
    }
  }

  private async mustStillHold(
    approval: Approval,
    { kind, decidedBy, grants }: ApprovalDecision,
  ): Promise<void> {
    const now = await this.authenticator.named(decidedBy);
    // Of a token, only its bearer knows: what they held when they said it counts, for the minutes that an approval lasts.
    const principal = now === undefined ? { id: decidedBy, kind: 'TOKEN' as const, grants } : now;
    const right = kind === 'OVERRIDDEN' ? DECIDING.OVERRIDE.right : DECIDING.APPROVE.right;
    const scope = principal && (await this.scopes.of(principal, right));
    if (!scope?.covers(whereaboutsOfApproval(approval))) throw approverLapsed(approval, decidedBy);
  }

  private announce(
    type: 'approval.requested' | 'approval.overridden',
    approval: Approval,
    text: string,
  ): void {
    const { id, siteId, action, direction, targetId, requestedBy, expiryTime } = approval;
    const data = { approvalId: id, siteId, action, direction, targetId, requestedBy, expiryTime, text };
    this.announcements.tell({ type, text, data, siteIds: [siteId] });
  }
}

function mustBeFor({ id, fingerprint }: Approval, asked: string): void {
  if (fingerprint === asked) return;
  throw new ProblemError(
    problem(
      'idempotency-key-reused',
      `With this Idempotency-Key a second person was asked about another request (approval ${id}).`,
    ),
  );
}
