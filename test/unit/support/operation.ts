import type { ActionCommand, UpstreamCall } from '../../../src/domain/action-command.js';
import type { Change, Seen } from '../../../src/domain/operation-change.js';
import { reduce } from '../../../src/domain/operation-machine.js';
import { WRITTEN_SCHEMA } from '../../../src/domain/operation-schema.js';
import type { Operation, OperationState, SendAttempt, SubmittedCall } from '../../../src/domain/operation.js';
import { problem } from '../../../src/domain/problem.js';

export const BEGINNING = '2030-01-02T03:04:05.000Z';

/** So many seconds after the beginning. */
export function at(seconds: number): string {
  return new Date(Date.parse(BEGINNING) + seconds * 1000).toISOString();
}

export function command(changes: Partial<ActionCommand> = {}): ActionCommand {
  return {
    action: 'FAILOVER',
    targetNativeId: 'move-books',
    direction: 'TO_RECOVERY',
    options: {},
    group: null,
    changes: null,
    partNativeId: null,
    input: null,
    ...changes,
  };
}

export function upstreamCall(label = 'failover move-books'): UpstreamCall {
  return { label, method: 'POST', path: `/${label.replaceAll(' ', '/')}`, body: {} };
}

export function attempt(id: string): SendAttempt {
  return { id, intentTime: at(1), overBy: at(41) };
}

export function call(state: SubmittedCall['state'], changes: Partial<SubmittedCall> = {}): SubmittedCall {
  return {
    call: upstreamCall(),
    state,
    attempt: state === 'PENDING' ? null : attempt('attempt-1'),
    ref: state === 'ACCEPTED' ? { jobIds: ['job-1'] } : null,
    adopted: false,
    ...changes,
  };
}

/** A failover of the books, accepted and not yet sent, with whatever the test wants otherwise. */
export function operation(changes: Partial<Operation> = {}): Operation {
  return {
    schema: WRITTEN_SCHEMA,
    id: 'alpha.01900000-0000-7000-8000-000000000001',
    version: 1,
    state: 'PENDING',
    outcome: null,
    action: 'FAILOVER',
    target: { type: 'RECOVERY_PLAN', id: 'alpha.move-books', name: 'Books' },
    direction: 'TO_RECOVERY',
    siteId: 'alpha',
    provider: 'memory',
    origin: 'GATEWAY',
    requestedBy: 'ada',
    reason: null,
    command: command(),
    lockedGroupIds: ['alpha.books', 'alpha.move-books'],
    before: null,
    expected: null,
    baseline: null,
    calls: [],
    cancel: null,
    input: null,
    resolution: null,
    parentId: null,
    composite: null,
    progressPercent: null,
    steps: [],
    prompts: [],
    warnings: [],
    upstream: { state: null, jobs: [] },
    evidence: null,
    jobsOverSince: null,
    overdue: false,
    stalled: false,
    error: null,
    result: null,
    createdTime: BEGINNING,
    startedTime: null,
    endedTime: null,
    updatedTime: BEGINNING,
    progressTime: BEGINNING,
    notBefore: null,
    timings: { queuedMs: null, submitMs: null, upstreamMs: null, detectMs: null, totalMs: 0 },
    requestId: null,
    ...changes,
  };
}

const USUAL_CALLS: Readonly<Record<OperationState, SubmittedCall[]>> = {
  PENDING: [],
  SUBMITTING: [call('SENDING')],
  RUNNING: [call('ACCEPTED')],
  WAITING_FOR_INPUT: [call('ACCEPTED')],
  RECONCILING: [call('AMBIGUOUS')],
  UNKNOWN: [call('AMBIGUOUS')],
  CANCELLING: [call('ACCEPTED')],
  SUCCEEDED: [call('ACCEPTED')],
  FAILED: [call('ACCEPTED')],
  CANCELLED: [call('ACCEPTED')],
  REJECTED: [call('REFUSED')],
};

/** An operation of one call, as it usually looks in that state. */
export function operationIn(state: OperationState, changes: Partial<Operation> = {}): Operation {
  const begun = USUAL_CALLS[state].some((c) => c.state === 'ACCEPTED');
  return operation({
    state,
    calls: USUAL_CALLS[state],
    startedTime: begun ? at(2) : null,
    cancel:
      state === 'CANCELLING'
        ? { requestedBy: 'ada', requestedTime: at(3), state: 'REQUESTED', detail: null, overBy: null }
        : null,
    ...changes,
  });
}

export function seen(changes: Partial<Seen> = {}): Seen {
  return {
    progressPercent: 40,
    steps: [],
    prompts: [],
    warnings: [],
    upstreamState: 'moving',
    jobs: [{ id: 'job-1', state: 'at-work' }],
    jobsOver: false,
    overdue: false,
    stalled: false,
    ...changes,
  };
}

export const refusal = problem('upstream-refused', 'The world refused: not now.');

/** The record after these changes, one every ten seconds; fails when one of them is ignored. */
export function after(from: Operation, ...changes: Change[]): Operation {
  let now = 10;
  return changes.reduce((before, change) => {
    const step = reduce(before, change, at(now));
    now += 10;
    if (!step) throw new Error(`${change.kind} was ignored in ${before.state}`);
    return step.operation;
  }, from);
}
