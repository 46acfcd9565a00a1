import { eventOf, type OperationEvent, type OperationEventType } from './operation-event.js';
import type { Change, Seen } from './operation-change.js';
import { timingsOf } from './operation-timings.js';
import type { UpstreamRef } from './action-command.js';
import {
  isVerdict,
  type CancelRequest,
  type Operation,
  type OperationState,
  type SubmittedCall,
  type Verdict,
} from './operation.js';
import type { Problem } from './problem.js';

/** From which states each state may be reached. Anything else cannot be written. */
export const TRANSITIONS: Readonly<Record<OperationState, readonly OperationState[]>> = {
  PENDING: ['PENDING', 'SUBMITTING', 'RECONCILING', 'UNKNOWN'],
  SUBMITTING: ['PENDING', 'SUBMITTING', 'RECONCILING', 'UNKNOWN'],
  RUNNING: ['SUBMITTING', 'RUNNING', 'WAITING_FOR_INPUT', 'RECONCILING', 'UNKNOWN', 'CANCELLING'],
  WAITING_FOR_INPUT: ['RUNNING', 'WAITING_FOR_INPUT', 'UNKNOWN'],
  RECONCILING: ['SUBMITTING', 'RECONCILING', 'UNKNOWN'],
  UNKNOWN: ['RECONCILING', 'RUNNING', 'WAITING_FOR_INPUT', 'CANCELLING', 'UNKNOWN'],
  CANCELLING: ['RUNNING', 'WAITING_FOR_INPUT', 'CANCELLING'],
  SUCCEEDED: ['RUNNING', 'WAITING_FOR_INPUT', 'CANCELLING', 'RECONCILING', 'UNKNOWN'],
  FAILED: ['RUNNING', 'WAITING_FOR_INPUT', 'CANCELLING', 'RECONCILING', 'UNKNOWN'],
  CANCELLED: ['PENDING', 'RUNNING', 'WAITING_FOR_INPUT', 'CANCELLING', 'RECONCILING', 'UNKNOWN'],
  REJECTED: ['PENDING', 'SUBMITTING', 'RECONCILING', 'UNKNOWN'],
};

export interface Step {
  operation: Operation;
  event: OperationEvent;
}

/**
 * The pure heart: what the record becomes. null = the change no longer applies (a verdict closed the
 * record, the attempt is not the current one, nothing visible changed) and nothing is to be written.
 */
export function reduce(operation: Operation, change: Change, now: string): Step | null {
  if (isVerdict(operation.state)) return null;
  const next = apply(operation, change, now);
  if (!next) return null;
  if (!TRANSITIONS[next.operation.state].includes(operation.state)) return null;
  const updated: Operation = { ...next.operation, version: operation.version + 1, updatedTime: now };
  updated.timings = timingsOf(updated, now);
  return { operation: updated, event: eventOf(updated, next.type, next.text, now) };
}

interface Applied {
  operation: Operation;
  type: OperationEventType;
  text: string;
}

function apply(operation: Operation, change: Change, now: string): Applied | null {
  switch (change.kind) {
    case 'INTENT':
      return intent(operation, change);
    case 'NOT_SENT':
      return withCurrentCall(operation, change.attemptId, (call) => ({
        operation: {
          ...replaceCall(operation, call, { ...call, state: 'PENDING', attempt: null }),
          state: operation.calls.some((c) => c.state === 'ACCEPTED') ? 'SUBMITTING' : 'PENDING',
          notBefore: change.notBefore,
        },
        type: 'operation.delayed',
        text: change.text,
      }));
    case 'ACCEPTED':
      return withCurrentCall(operation, change.attemptId, (call) =>
        accepted(operation, call, { ref: change.ref, adopted: false }, now, 'The upstream accepted it.'),
      );
    case 'ADOPTED': {
      const call = operation.calls[change.callIndex];
      if (call?.state !== 'AMBIGUOUS') return null;
      return accepted(operation, call, { ref: change.ref, adopted: true }, now, change.evidence);
    }
    case 'REFUSED':
      return withCurrentCall(operation, change.attemptId, (call) =>
        refused(operation, call, change.problem, now),
      );
    case 'AMBIGUOUS':
      return withCurrentCall(operation, change.attemptId, (call) => ({
        operation: {
          ...replaceCall(operation, call, { ...call, state: 'AMBIGUOUS' }),
          state: 'RECONCILING',
          evidence: change.evidence,
        },
        type: 'operation.reconciling',
        text: `${change.evidence} It is not sent again; the upstream is being watched for evidence.`,
      }));
    case 'UNDECIDED':
      if (operation.state === 'UNKNOWN' && operation.evidence === change.evidence) return null;
      return {
        operation: { ...operation, state: 'UNKNOWN', evidence: change.evidence },
        type: 'operation.unknown',
        text: `${change.evidence} A person must decide; the groups stay locked and watched.`,
      };
    case 'GIVEN_UP':
      return givenUp(operation, change.problem, now);
    case 'DELAYED':
      return {
        operation: { ...operation, notBefore: change.notBefore },
        type: 'operation.delayed',
        text: change.text,
      };
    case 'OBSERVED':
      return observed(operation, change.seen, now);
    case 'CANCEL_REQUESTED':
      return cancelRequested(operation, change.request, now);
    case 'CANCEL_SENDING':
      if (operation.cancel?.state !== 'REQUESTED') return null;
      return cancelling(
        operation,
        { ...operation.cancel, state: 'SENDING', overBy: change.overBy },
        'The upstream is being asked to stop.',
      );
    case 'CANCEL_ANSWERED':
      return cancelAnswered(operation, change.state, change.detail);
    case 'VERDICT':
      return verdict(operation, change, now);
  }
}

function intent(operation: Operation, change: Extract<Change, { kind: 'INTENT' }>): Applied | null {
  if (operation.state !== 'PENDING' && operation.state !== 'SUBMITTING') return null;
  if (operation.calls.some((call) => call.state === 'SENDING' || call.state === 'AMBIGUOUS')) return null;
  const prepared = change.preparation ? { ...operation, ...change.preparation } : operation;
  const call = prepared.calls[change.callIndex];
  if (!call || call.state !== 'PENDING') return null;
  return {
    operation: {
      ...replaceCall(prepared, call, { ...call, state: 'SENDING', attempt: change.attempt }),
      state: 'SUBMITTING',
      notBefore: null,
    },
    type: 'operation.submitting',
    text: call.call.label,
  };
}

function accepted(
  operation: Operation,
  call: SubmittedCall,
  how: { ref: UpstreamRef; adopted: boolean },
  now: string,
  text: string,
): Applied {
  const next = replaceCall(operation, call, { ...call, ...how, state: 'ACCEPTED' });
  const more = next.calls.some((c) => c.state === 'PENDING');
  return {
    operation: {
      ...next,
      state: more ? 'SUBMITTING' : 'RUNNING',
      startedTime: operation.startedTime ?? now,
      progressTime: now,
      evidence: how.adopted ? text : null,
      upstream: {
        ...next.upstream,
        jobs: next.calls.flatMap((c) => (c.ref?.jobIds ?? []).map((id) => ({ id, state: null }))),
      },
    },
    type: 'operation.started',
    text,
  };
}

/** A refusal ends an operation of one call; of several, the others go on and the end is PARTIAL. */
function refused(operation: Operation, call: SubmittedCall, reason: Problem, now: string): Applied {
  const next = replaceCall(operation, call, { ...call, state: 'REFUSED' });
  const others = next.calls.filter((c) => c.state === 'ACCEPTED' || c.state === 'PENDING');
  if (others.length === 0) {
    return verdict(
      next,
      { kind: 'VERDICT', state: 'REJECTED', outcome: 'NONE', problem: reason, text: reason.detail },
      now,
    );
  }
  return {
    operation: {
      ...next,
      state: others.some((c) => c.state === 'PENDING') ? 'SUBMITTING' : 'RUNNING',
      warnings: [...operation.warnings, `${call.call.label}: ${reason.detail}`],
    },
    type: 'operation.progressed',
    text: `${call.call.label} was refused: ${reason.detail}`,
  };
}

function givenUp(operation: Operation, reason: Problem, now: string): Applied | null {
  const open = operation.calls.filter((call) => call.state === 'PENDING');
  if (open.length === 0) return null;
  if (operation.calls.some((call) => call.state === 'SENDING')) return null;
  if (!operation.calls.some((call) => call.state === 'ACCEPTED')) {
    return verdict(
      operation,
      { kind: 'VERDICT', state: 'REJECTED', outcome: 'NONE', problem: reason, text: reason.detail },
      now,
    );
  }
  return {
    operation: {
      ...operation,
      state: 'RUNNING',
      calls: operation.calls.map((call) => (call.state === 'PENDING' ? { ...call, state: 'REFUSED' } : call)),
      warnings: [...operation.warnings, ...open.map((call) => `${call.call.label}: ${reason.detail}`)],
      notBefore: null,
    },
    type: 'operation.progressed',
    text: reason.detail,
  };
}

function observed(operation: Operation, seen: Seen, now: string): Applied | null {
  if (operation.state === 'PENDING' || operation.state === 'SUBMITTING') return null;
  const waiting = seen.prompts.length > 0;
  const state: OperationState =
    operation.state === 'CANCELLING' || operation.state === 'RECONCILING'
      ? operation.state
      : waiting
        ? 'WAITING_FOR_INPUT'
        : 'RUNNING';
  const next: Operation = { ...withSeen(operation, seen, now), state };
  if (visible(next) === visible(operation)) return null;
  const moved = progressOf(next) !== progressOf(operation);
  return {
    operation: moved ? { ...next, progressTime: now } : next,
    type:
      waiting && operation.state !== 'WAITING_FOR_INPUT'
        ? 'operation.waiting-for-input'
        : 'operation.progressed',
    text: waiting
      ? `The upstream waits for a person: ${seen.prompts[0]?.text ?? 'a prompt'}`
      : `The upstream says ${next.upstream.state ?? 'nothing yet'}${next.progressPercent === null ? '' : `, ${next.progressPercent} %`}.`,
  };
}

/** The record with what was seen last, its state untouched. */
function withSeen(operation: Operation, seen: Seen, now: string): Operation {
  return {
    ...operation,
    progressPercent: seen.progressPercent ?? operation.progressPercent,
    steps: seen.steps.length > 0 ? seen.steps : operation.steps,
    prompts: seen.prompts,
    warnings: [...new Set([...operation.warnings, ...seen.warnings])],
    upstream: { state: seen.upstreamState ?? operation.upstream.state, jobs: seen.jobs },
    jobsOverSince: seen.jobsOver ? (operation.jobsOverSince ?? now) : null,
    overdue: seen.overdue,
    stalled: seen.stalled,
  };
}

function visible(operation: Operation): string {
  const { state, progressPercent, steps, prompts, warnings, upstream, overdue, stalled, jobsOverSince } =
    operation;
  return JSON.stringify({
    state,
    progressPercent,
    steps,
    prompts,
    warnings,
    upstream,
    overdue,
    stalled,
    jobsOverSince,
  });
}

function progressOf(operation: Operation): string {
  return JSON.stringify([operation.progressPercent, operation.steps, operation.upstream]);
}

function cancelRequested(
  operation: Operation,
  request: Pick<CancelRequest, 'requestedBy' | 'requestedTime'>,
  now: string,
): Applied | null {
  const again = operation.cancel?.state === 'REFUSED' || operation.cancel?.state === 'AMBIGUOUS';
  if (operation.cancel && !again) return null;
  const cancel: CancelRequest = { ...request, state: 'REQUESTED', detail: null, overBy: null };
  if (operation.state === 'PENDING') {
    return verdict(
      { ...operation, cancel },
      {
        kind: 'VERDICT',
        state: 'CANCELLED',
        outcome: 'NONE',
        problem: null,
        text: `Cancelled by ${request.requestedBy} before anything was sent.`,
      },
      now,
    );
  }
  if (!['RUNNING', 'WAITING_FOR_INPUT', 'CANCELLING'].includes(operation.state)) return null;
  return cancelling(operation, cancel, `${request.requestedBy} asked to cancel.`);
}

function cancelling(operation: Operation, cancel: CancelRequest, text: string): Applied {
  return { operation: { ...operation, cancel, state: 'CANCELLING' }, type: 'operation.cancelling', text };
}

function cancelAnswered(
  operation: Operation,
  state: 'ACCEPTED' | 'REFUSED' | 'AMBIGUOUS' | 'REQUESTED',
  detail: string | null,
): Applied | null {
  if (operation.cancel?.state !== 'SENDING') return null;
  const cancel: CancelRequest = { ...operation.cancel, state, detail };
  if (state === 'REFUSED') {
    return {
      operation: { ...operation, cancel, state: 'RUNNING' },
      type: 'operation.progressed',
      text: `The upstream refused to stop: ${detail ?? 'no reason given'}. The operation goes on.`,
    };
  }
  const text =
    state === 'ACCEPTED' ? 'The upstream is stopping.' : 'Whether the upstream will stop is not known yet.';
  return cancelling(operation, cancel, text);
}

const VERDICT_EVENTS: Readonly<Record<Verdict, OperationEventType>> = {
  SUCCEEDED: 'operation.succeeded',
  FAILED: 'operation.failed',
  CANCELLED: 'operation.cancelled',
  REJECTED: 'operation.rejected',
};

function verdict(operation: Operation, change: Extract<Change, { kind: 'VERDICT' }>, now: string): Applied {
  const createdId = change.createdId ?? null;
  const last = change.seen ? withSeen(operation, change.seen, now) : operation;
  return {
    operation: {
      ...last,
      state: change.state,
      outcome: change.outcome,
      error: change.problem,
      endedTime: now,
      prompts: [],
      notBefore: null,
      progressPercent: change.state === 'SUCCEEDED' ? 100 : last.progressPercent,
      ...(createdId
        ? { target: { ...operation.target, id: createdId }, result: { protectionGroupId: createdId } }
        : {}),
    },
    type: VERDICT_EVENTS[change.state],
    text: change.text,
  };
}

/** Only the owner of the attempt in progress, or of one left ambiguous, may speak about it. */
function withCurrentCall(
  operation: Operation,
  attemptId: string,
  then: (call: SubmittedCall) => Applied | null,
): Applied | null {
  const call = operation.calls.find((c) => c.attempt?.id === attemptId);
  return call && (call.state === 'SENDING' || call.state === 'AMBIGUOUS') ? then(call) : null;
}

function replaceCall(operation: Operation, old: SubmittedCall, call: SubmittedCall): Operation {
  return { ...operation, calls: operation.calls.map((c) => (c === old ? call : c)) };
}
