import { compositeProgress, stepsShown } from './operation-composite.js';
import type { CompositeChange, StepSeen } from './operation-change.js';
import type { Applied } from './operation-end.js';
import { resultOf } from './operation-result.js';
import { visible } from './operation-sight.js';
import type { CompositeStep, Operation, OperationState } from './operation.js';

/** The transitions of an operation that is made of others: it sends nothing itself, so nothing of it is ever in doubt. */
export const COMPOSITE_TRANSITIONS: Readonly<Record<OperationState, readonly OperationState[]>> = {
  PENDING: ['PENDING'],
  SUBMITTING: [],
  RUNNING: ['PENDING', 'RUNNING'],
  WAITING_FOR_INPUT: [],
  RECONCILING: [],
  // To which only a store that lost something leads: what runs may come to its end, and nothing more begins.
  UNKNOWN: ['UNKNOWN'],
  CANCELLING: ['RUNNING', 'CANCELLING'],
  // Out of UNKNOWN it is a person's verdict.
  SUCCEEDED: ['RUNNING', 'CANCELLING', 'UNKNOWN'],
  FAILED: ['RUNNING', 'CANCELLING', 'UNKNOWN'],
  CANCELLED: ['PENDING', 'RUNNING', 'CANCELLING'],
  REJECTED: ['PENDING'],
};

/** What becomes of the parent while its steps, which are operations of their own, come and go. */
export function composition(operation: Operation, change: CompositeChange, now: string): Applied | null {
  if (!operation.composite) return null;
  if (change.kind === 'COMPOSITE_BEGUN') {
    if (operation.state !== 'PENDING') return null;
    const text = `${operation.composite.length} steps are to be taken.`;
    return {
      operation: { ...operation, state: 'RUNNING', startedTime: now },
      type: 'operation.started',
      text,
    };
  }
  const step = operation.composite[change.index];
  if (!step) return null;
  switch (change.kind) {
    case 'STEP_STARTED':
      return started(operation, step, change, now);
    case 'STEP_WAITING':
      return waiting(operation, step, change);
    case 'STEP_SEEN':
      return step.state === 'RUNNING' ? seenStep(operation, step, change.seen, now) : null;
    case 'STEP_ENDED':
      return endedStep(operation, step, change, now);
  }
}

/** What was not begun when the record closes never will be. */
export function withoutOpenSteps(operation: Operation): Operation {
  if (!operation.composite) return operation;
  const composite = operation.composite.map((step): CompositeStep =>
    step.state === 'PENDING'
      ? { ...step, state: 'SKIPPED', detail: step.detail ?? 'It was not begun.' }
      : step,
  );
  return { ...operation, composite, steps: stepsShown(composite) };
}

function started(
  operation: Operation,
  step: CompositeStep,
  change: Extract<CompositeChange, { kind: 'STEP_STARTED' }>,
  now: string,
): Applied | null {
  const others = (operation.composite ?? []).some((other) => other.state === 'RUNNING');
  if (operation.state !== 'RUNNING' || step.state !== 'PENDING' || others) return null;
  const next = replaceStep(operation, step, {
    ...step,
    state: 'RUNNING',
    operationId: change.operationId,
    triedSince: step.triedSince ?? now,
    progressPercent: 0,
    detail: null,
  });
  return {
    operation: {
      ...next,
      notBefore: null,
      progressTime: now,
      lockedGroupIds: union(operation.lockedGroupIds, change.lockedGroupIds),
    },
    type: 'operation.progressed',
    text: `${step.title}: begun as operation ${change.operationId}.`,
  };
}

function waiting(
  operation: Operation,
  step: CompositeStep,
  change: Extract<CompositeChange, { kind: 'STEP_WAITING' }>,
): Applied | null {
  const { since, notBefore, detail } = change;
  // Of a step that runs, only what became of that very operation may be told.
  if (step.state !== (change.operationId ? 'RUNNING' : 'PENDING')) return null;
  if (change.operationId && step.operationId !== change.operationId) return null;
  return {
    operation: {
      ...replaceStep(operation, step, {
        ...step,
        state: 'PENDING',
        operationId: null,
        progressPercent: null,
        triedSince: step.triedSince ?? since,
        detail,
      }),
      notBefore,
    },
    type: 'operation.delayed',
    text: `${step.title}: ${detail}`,
  };
}

function seenStep(operation: Operation, step: CompositeStep, seen: StepSeen, now: string): Applied | null {
  const { progressPercent, detail, warnings, overdue, stalled } = seen;
  const next: Operation = {
    ...replaceStep(operation, step, {
      ...step,
      progressPercent: progressPercent ?? step.progressPercent,
      detail,
    }),
    warnings: union(operation.warnings, warnings),
    overdue,
    stalled,
  };
  if (visible(next) === visible(operation)) return null;
  const moved = next.progressPercent !== operation.progressPercent;
  return {
    operation: moved ? { ...next, progressTime: now } : next,
    type: 'operation.progressed',
    text: `${step.title}: ${detail ?? `${progressPercent ?? 0} %`}`,
  };
}

function endedStep(
  operation: Operation,
  step: CompositeStep,
  change: Extract<CompositeChange, { kind: 'STEP_ENDED' }>,
  now: string,
): Applied | null {
  if (step.state !== 'PENDING' && step.state !== 'RUNNING') return null;
  const { state, outcome, detail, error, created } = change;
  const next = replaceStep(operation, step, {
    ...step,
    state,
    outcome,
    detail,
    error,
    progressPercent: state === 'SUCCEEDED' ? 100 : step.progressPercent,
    createdNativeId: created?.nativeId ?? null,
  });
  // What a later step acts upon is what the parent is about, and stays locked until its end.
  const made =
    created && (created.type === 'PROTECTION_GROUP' || created.type === 'RECOVERY_PLAN') ? created : null;
  const isTarget = made?.type === operation.target.type && operation.target.id === null;
  return {
    operation: {
      ...next,
      ...(made
        ? {
            lockedGroupIds: union(operation.lockedGroupIds, [made.id]),
            result: { ...operation.result, ...resultOf(made.type, made.id) },
          }
        : {}),
      ...(made && isTarget ? { target: { ...operation.target, id: made.id } } : {}),
      notBefore: null,
      overdue: false,
      stalled: false,
      progressTime: now,
    },
    type: 'operation.progressed',
    text: `${step.title}: ${SAID[state]}${detail ? ` ${detail}` : ''}`,
  };
}

const SAID = { SUCCEEDED: 'done.', FAILED: 'failed.', CANCELLED: 'stopped.', SKIPPED: 'left out.' } as const;

function replaceStep(operation: Operation, old: CompositeStep, step: CompositeStep): Operation {
  const composite = (operation.composite ?? []).map((one) => (one === old ? step : one));
  return {
    ...operation,
    composite,
    steps: stepsShown(composite),
    progressPercent: compositeProgress(composite),
  };
}

function union(some: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...some, ...more])];
}
