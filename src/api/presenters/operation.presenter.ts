import { isVerdict, type Operation } from '../../domain/operation.js';
import { operationPath, targetPath } from '../../domain/resource-paths.js';
import type { PreflightReport } from '../../operations/operation-request.js';
import type { OperationDto, OperationLinksDto, PreflightReportDto } from '../dto/operation.dto.js';

export function presentOperation(operation: Operation, cancellable: boolean): OperationDto {
  const cancel = operation.cancel;
  return {
    id: operation.id,
    version: operation.version,
    state: operation.state,
    done: isVerdict(operation.state),
    outcome: operation.outcome,
    action: operation.action,
    target: operation.target,
    direction: operation.direction,
    siteId: operation.siteId,
    provider: operation.provider,
    origin: operation.origin,
    requestedBy: operation.requestedBy,
    reason: operation.reason,
    progressPercent: operation.progressPercent,
    steps: operation.steps,
    prompts: operation.prompts,
    warnings: operation.warnings,
    upstream: operation.upstream,
    evidence: operation.evidence,
    cancel: cancel && {
      requestedBy: cancel.requestedBy,
      requestedTime: cancel.requestedTime,
      state: cancel.state,
      detail: cancel.detail,
    },
    overdue: operation.overdue,
    stalled: operation.stalled,
    error: operation.error,
    result: operation.result,
    timings: operation.timings,
    createdTime: operation.createdTime,
    startedTime: operation.startedTime,
    endedTime: operation.endedTime,
    updatedTime: operation.updatedTime,
    requestId: operation.requestId,
    links: linksOf(operation, cancellable),
  };
}

function linksOf(operation: Operation, cancellable: boolean): OperationLinksDto {
  const self = operationPath(operation.id);
  const mayCancel = operation.state === 'PENDING' || (!isVerdict(operation.state) && cancellable);
  const { id, type, within } = operation.target;
  return {
    self,
    events: `${self}/events`,
    ...(mayCancel ? { cancel: `${self}/cancel` } : {}),
    ...(id ? { target: targetPath({ type, id }, within ?? null) } : {}),
  };
}

export function presentPreflight(report: PreflightReport): PreflightReportDto {
  const { observed } = report;
  return {
    validateOnly: true,
    action: report.action,
    allowed: report.allowed,
    direction: report.direction,
    blocking: report.blocking,
    consequences: report.consequences,
    target: report.target,
    warnings: report.warnings,
    observed: observed && {
      state: observed.state,
      upstreamState: observed.word,
      activeSite: observed.activeSite,
    },
    wouldSubmit: report.wouldSubmit,
  };
}

/** Strong: the representation changes with the version and with nothing else. */
export function etagOf(operation: Operation): string {
  return `"${operation.version}"`;
}
