import { approvalStateAt, type Approval } from '../../domain/access/approval.js';
import { isInForce, type EmergencyDeclaration } from '../../domain/access/emergency-declaration.js';
import type { ApprovalDto } from '../dto/approvals.dto.js';
import type { EmergencyDto } from '../dto/emergencies.dto.js';

/** Field by field: what is kept beside them is nobody's to see. */
export function presentApproval(approval: Approval, nowMs: number): ApprovalDto {
  return {
    id: approval.id,
    state: approvalStateAt(approval, nowMs),
    siteId: approval.siteId,
    targetId: approval.targetId,
    targetName: approval.targetName,
    action: approval.action,
    direction: approval.direction,
    touches: [...approval.touches],
    observed: approval.observed,
    request: approval.request,
    requestedBy: approval.requestedBy,
    reason: approval.reason,
    requestedTime: approval.requestedTime,
    expiryTime: approval.expiryTime,
    decisions: approval.decisions.map(({ kind, decidedBy, reason, time }) => ({
      kind,
      decidedBy,
      reason,
      time,
    })),
    usedTime: approval.usedTime,
    operationId: approval.operationId,
  };
}

/** @param siteIds those of its sites that may be seen; null = it is everywhere */
export function presentEmergency(
  emergency: EmergencyDeclaration,
  siteIds: readonly string[] | null,
  nowMs: number,
): EmergencyDto {
  const { id, reason, declaredBy, declaredTime, untilTime, endedBy, endedTime } = emergency;
  return {
    id,
    reason,
    siteIds: siteIds && [...siteIds],
    inForce: isInForce(emergency, nowMs),
    ...{ declaredBy, declaredTime, untilTime, endedBy, endedTime },
  };
}
