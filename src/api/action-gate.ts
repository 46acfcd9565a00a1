import { Injectable } from '@nestjs/common';
import { Approvals } from '../approvals/approvals.service.js';
import { Emergencies } from '../approvals/emergencies.service.js';
import { approvalRequired } from '../approvals/approval-problems.js';
import { Pace, type Paced } from '../approvals/redis-pace.js';
import { ApprovalPolicy } from '../domain/access/approval-policy.js';
import type { Approval } from '../domain/access/approval.js';
import type { Principal } from '../domain/access/principal.js';
import { movesWorkload } from '../domain/access/rights.js';
import type { DrAction } from '../domain/dr-action.js';
import type { TargetBelief } from '../domain/expected-target.js';
import { publicId } from '../domain/ids.js';
import { problem, ProblemError } from '../domain/problem.js';
import type { Accepted, OperationRequest } from '../operations/operation-request.js';
import type { IdempotencyClaim } from '../operations/operation-store.js';
import { OperationsService } from '../operations/operations.service.js';
import { refusalOf } from '../operations/refusals.js';

/** A request as it came. */
export interface AskedAction {
  principal: Principal;
  asked: OperationRequest;
  claim: IdempotencyClaim;
  /** What a second person is shown, and what they say yes to. */
  request: Approval['request'];
}

/** What is asked for, of which group or plan, and the public ids of every group that it touches. */
interface Deed {
  action: DrAction;
  targetId: string | null;
  touches: readonly string[];
}

/**
 * What stands between a right and a deed: a second person, where the policy wants one, and so many workloads a minute. A
 * declared emergency lifts both.
 */
@Injectable()
export class ActionGate {
  constructor(
    private readonly operations: OperationsService,
    private readonly approvals: Approvals,
    private readonly emergencies: Emergencies,
    private readonly pace: Pace,
    private readonly policy: ApprovalPolicy,
  ) {}

  /** Accepts it, or throws `ProblemError`: with `approval-required` a second person was asked. */
  async accept(action: AskedAction): Promise<Accepted> {
    const { asked, claim } = action;
    const mayNeedApproval = this.policy.mayConcern(asked.siteId, asked.command.action);
    const known = await this.operations.replayed(claim);
    if (known) {
      if (mayNeedApproval) await this.noteBegun(claim, known.id);
      return { operation: known, replayed: true };
    }
    const moves = movesWorkload(asked.command.action);
    if (!moves && !mayNeedApproval) return this.operations.accept(asked, claim);
    if (await this.emergencies.isDeclared(asked.siteId)) return this.operations.accept(asked, claim);
    const approval = mayNeedApproval ? await this.approvalFor(action) : null;
    if (moves) await this.take('MOVE', action);
    const accepted = await this.acceptedOrGivenBack(action, moves, approval);
    if (approval) await this.approvals.begun(approval.id, accepted.operation.id);
    return accepted;
  }

  /** Minutes within which a second person has to approve it; null = nobody has to, or an emergency is declared. */
  async approvalMinutes(siteId: string, deed: Deed): Promise<number | null> {
    const minutes = this.minutesOf(siteId, deed);
    return minutes !== null && (await this.emergencies.isDeclared(siteId)) ? null : minutes;
  }

  private minutesOf(siteId: string, { action, targetId, touches }: Deed): number | null {
    return this.policy.validMinutes(siteId, action, [...touches, ...(targetId === null ? [] : [targetId])]);
  }

  private async acceptedOrGivenBack(
    action: AskedAction,
    moves: boolean,
    approval: Approval | null,
  ): Promise<Accepted> {
    const { asked, claim, principal } = action;
    try {
      return await this.operations.accept(approval ? asApproved(asked, approval) : asked, claim);
    } catch (error) {
      // Of what failed otherwise, nobody knows here whether it was accepted.
      const isRefused = error instanceof ProblemError && error.problem.status < 500;
      if (moves && isRefused) await this.pace.giveBack('MOVE', principal.id, claim.keyHash);
      throw error;
    }
  }

  /** The approval that lets it pass; null = it needs none. */
  private async approvalFor(action: AskedAction): Promise<Approval | null> {
    const { asked, claim, principal, request } = action;
    const given = await this.approvals.ofKey(claim.keyHash);
    if (given) return this.approvals.use(given, claim);
    const report = await this.operations.preflight(asked);
    if (!report.allowed) throw refusalOf(report);
    const { siteId, command, reason } = asked;
    const targetId = command.targetNativeId === null ? null : publicId(siteId, command.targetNativeId);
    const deed = { action: command.action, targetId, touches: report.touches };
    const validMinutes = this.minutesOf(siteId, deed);
    if (validMinutes === null) return null;
    await this.take('ASK', action);
    const approval = await this.approvals.ask({
      ...{ siteId, targetId, targetName: report.target.name, reason, request, validMinutes },
      ...{ action: command.action, direction: command.direction, touches: [...report.touches].sort() },
      observed: report.observed && { state: report.observed.state, activeSite: report.observed.activeSite },
      ...{ keyHash: claim.keyHash, fingerprint: claim.fingerprint, asker: principal },
    });
    throw approvalRequired(approval);
  }

  private async take(kind: Paced, { principal, claim }: AskedAction): Promise<void> {
    const waitMs = await this.pace.take(kind, principal.id, claim.keyHash);
    if (waitMs === 0) return;
    const most = `${this.pace.perMinute} within a minute`;
    throw new ProblemError(
      kind === 'MOVE'
        ? problem('too-many-failovers', `${principal.id} has begun ${most}.`, {
            nextActions: [
              { title: 'In a disaster, declare an emergency', method: 'POST', href: '/v1/emergencies' },
            ],
          })
        : problem('rate-limited', `${principal.id} has asked for ${most} approvals.`),
      { 'retry-after': String(Math.ceil(waitMs / 1000)) },
    );
  }

  private async noteBegun({ keyHash }: IdempotencyClaim, operationId: string): Promise<void> {
    const approval = await this.approvals.ofKey(keyHash);
    if (approval && approval.operationId === null) await this.approvals.begun(approval.id, operationId);
  }
}

/** Its target must still be what it was when the second person was asked. */
function asApproved(asked: OperationRequest, { observed, touches }: Approval): OperationRequest {
  const seen: TargetBelief = observed
    ? { state: observed.state, ...(observed.activeSite && { activeSite: observed.activeSite }) }
    : {};
  return { ...asked, belief: { ...asked.belief, ...seen, touches } };
}
