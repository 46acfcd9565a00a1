import { mayBeSettled } from '../../domain/operation-resolution.js';
import { isVerdict, type Operation, type OperationTarget } from '../../domain/operation.js';
import { operationPath, targetPath } from '../../domain/resource-paths.js';
import type { PreflightReport } from '../../operations/operation-request.js';
import type {
  OperationDto,
  OperationLinksDto,
  OperationTargetDto,
  PreflightReportDto,
} from '../dto/operation.dto.js';

/** What its upstream can be asked to do about it. */
export interface Reach {
  /** It can be asked to stop the action. */
  cancellable: boolean;
  /** It can be told to go on past a prompt. */
  answerable: boolean;
}

/** What records of earlier versions do not have is null. */
export function presentOperation(operation: Operation, reach: Reach): OperationDto {
  const { cancel, input = null, resolution = null, target } = operation;
  return {
    id: operation.id,
    version: operation.version,
    state: operation.state,
    done: isVerdict(operation.state),
    outcome: operation.outcome,
    action: operation.action,
    target: presentTarget(target),
    direction: operation.direction,
    siteId: operation.siteId,
    provider: operation.provider,
    origin: operation.origin,
    requestedBy: operation.requestedBy,
    reason: operation.reason,
    parentId: operation.parentId ?? null,
    progressPercent: operation.progressPercent,
    steps: operation.steps.map((step) => ({
      ...step,
      detail: step.detail ?? null,
      operationId: step.operationId ?? null,
    })),
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
    input: input && {
      promptId: input.promptId,
      requestedBy: input.requestedBy,
      requestedTime: input.requestedTime,
      state: input.state,
      detail: input.detail,
    },
    resolution: resolution && {
      verdict: resolution.verdict,
      reason: resolution.reason,
      resolvedBy: resolution.resolvedBy,
      resolvedTime: resolution.resolvedTime,
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
    links: linksOf(operation, reach),
  };
}

function presentTarget({ type, id, name, within = null }: OperationTarget): OperationTargetDto {
  return { type, id, name, within };
}

function linksOf(operation: Operation, { cancellable, answerable }: Reach): OperationLinksDto {
  const self = operationPath(operation.id);
  const mayCancel = operation.state === 'PENDING' || (!isVerdict(operation.state) && cancellable);
  const waits = operation.state === 'WAITING_FOR_INPUT' && operation.prompts.length > 0;
  const { id, type, within } = operation.target;
  return {
    self,
    events: `${self}/events`,
    ...(mayCancel ? { cancel: `${self}/cancel` } : {}),
    ...(waits && answerable ? { input: `${self}/input` } : {}),
    ...(mayBeSettled(operation) ? { resolution: `${self}/resolution` } : {}),
    ...(id ? { target: targetPath({ type, id }, within ?? null) } : {}),
  };
}

/** @param approvalMinutes within which a second person has to approve it; null = nobody has to */
export function presentPreflight(
  report: PreflightReport,
  approvalMinutes: number | null,
): PreflightReportDto {
  const { observed } = report;
  const approval =
    approvalMinutes === null
      ? []
      : [`A second person has to approve it, within ${approvalMinutes} minutes of the request.`];
  return {
    validateOnly: true,
    action: report.action,
    allowed: report.allowed,
    direction: report.direction,
    blocking: report.blocking,
    consequences: report.consequences,
    touches: report.touches,
    approvalMinutes,
    target: presentTarget(report.target),
    warnings: [...report.warnings, ...approval],
    observed: observed && {
      state: observed.state,
      upstreamState: observed.word,
      activeSite: observed.activeSite,
    },
    wouldSubmit: report.wouldSubmit.map((call) => ({ ...call, body: call.body ?? null })),
    steps: report.steps,
  };
}

/** Strong: the representation changes with the version and with nothing else. */
export function etagOf(operation: Operation): string {
  return `"${operation.version}"`;
}
