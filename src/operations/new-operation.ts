import { stepsShown } from '../domain/operation-composite.js';
import { WRITTEN_SCHEMA } from '../domain/operation-schema.js';
import type { CompositeStep, ExpectedTarget, Operation, OperationTarget } from '../domain/operation.js';
import type { OperationRequest } from './operation-request.js';

/** The first version of a record. */
export function newOperation(
  id: string,
  request: OperationRequest,
  found: {
    provider: string;
    target: OperationTarget;
    lockedGroupIds: string[];
    now: string;
    composite?: CompositeStep[] | null;
    parentId?: string | null;
    expected?: ExpectedTarget | null;
  },
): Operation {
  return {
    schema: WRITTEN_SCHEMA,
    id,
    version: 1,
    state: 'PENDING',
    outcome: null,
    action: request.command.action,
    target: found.target,
    direction: request.command.direction,
    siteId: request.siteId,
    provider: found.provider,
    origin: 'GATEWAY',
    requestedBy: request.requestedBy,
    reason: request.reason,
    command: request.command,
    lockedGroupIds: found.lockedGroupIds,
    before: null,
    expected: found.expected ?? null,
    baseline: null,
    calls: [],
    cancel: null,
    input: null,
    resolution: null,
    parentId: found.parentId ?? null,
    composite: found.composite ?? null,
    progressPercent: null,
    steps: stepsShown(found.composite ?? []),
    prompts: [],
    warnings: [],
    upstream: { state: null, jobs: [] },
    evidence: null,
    jobsOverSince: null,
    overdue: false,
    stalled: false,
    error: null,
    result: null,
    createdTime: found.now,
    startedTime: null,
    endedTime: null,
    updatedTime: found.now,
    progressTime: found.now,
    notBefore: null,
    timings: { queuedMs: null, submitMs: null, upstreamMs: null, detectMs: null, totalMs: 0 },
    requestId: request.requestId,
    ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
  };
}
