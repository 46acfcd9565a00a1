import { ACTION_FACTS } from './action-facts.js';
import { COMPOSITE_TRANSITIONS, composition, withoutOpenSteps } from './operation-composite-machine.js';
import type { Change, Seen } from './operation-change.js';
import { ended, type Applied } from './operation-end.js';
import { eventOf, type OperationEvent } from './operation-event.js';
import { late } from './operation-lateness.js';
import { request } from './operation-request-machine.js';
import { resolved } from './operation-resolution.js';
import { isNewer } from './operation-schema.js';
import { progressOf, visible, withSeen } from './operation-sight.js';
import { delayed, isOfAttempt, submission } from './operation-submission-machine.js';
import { timingsOf } from './operation-timings.js';
import { isVerdict, type Operation, type OperationState } from './operation.js';

/** From which states each state may be reached. Anything else cannot be written. */
export const TRANSITIONS: Readonly<Record<OperationState, readonly OperationState[]>> = {
  PENDING: ['PENDING', 'SUBMITTING', 'RECONCILING', 'UNKNOWN'],
  SUBMITTING: ['PENDING', 'SUBMITTING', 'RECONCILING', 'UNKNOWN'],
  RUNNING: ['SUBMITTING', 'RUNNING', 'WAITING_FOR_INPUT', 'RECONCILING', 'UNKNOWN', 'CANCELLING'],
  WAITING_FOR_INPUT: ['RUNNING', 'WAITING_FOR_INPUT', 'UNKNOWN'],
  RECONCILING: ['SUBMITTING', 'RECONCILING', 'UNKNOWN'],
  UNKNOWN: ['PENDING', 'RECONCILING', 'RUNNING', 'WAITING_FOR_INPUT', 'CANCELLING', 'UNKNOWN'],
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
 * record, the attempt is not the current one, nothing visible changed), or the record is a newer version's; nothing is
 * to be written.
 */
export function reduce(operation: Operation, change: Change, now: string): Step | null {
  if (isVerdict(operation.state) || isNewer(operation)) return null;
  const next = apply(operation, change, now);
  if (!next) return null;
  const transitions = operation.composite ? COMPOSITE_TRANSITIONS : TRANSITIONS;
  if (!transitions[next.operation.state].includes(operation.state)) return null;
  const updated: Operation = { ...next.operation, version: operation.version + 1, updatedTime: now };
  updated.timings = timingsOf(updated, now);
  return { operation: updated, event: eventOf(updated, next.type, next.text, now) };
}

function apply(operation: Operation, change: Change, now: string): Applied | null {
  switch (change.kind) {
    case 'INTENT':
    case 'NOT_SENT':
    case 'ACCEPTED':
    case 'ADOPTED':
    case 'REFUSED':
    case 'AMBIGUOUS':
    case 'GIVEN_UP':
      return submission(operation, change, now);
    case 'UNDECIDED':
      if (operation.state === 'PENDING' || !isInDoubt(operation, change.attemptId)) return null;
      if (operation.state === 'UNKNOWN' && operation.evidence === change.evidence) return null;
      return {
        operation: { ...operation, state: 'UNKNOWN', evidence: change.evidence },
        type: 'operation.unknown',
        text: `${change.evidence} A person must decide; the groups stay locked and watched.`,
      };
    case 'DOUBTED':
      return doubted(operation, change.evidence);
    case 'DELAYED':
      return {
        operation: { ...operation, ...delayed(operation, change) },
        type: 'operation.delayed',
        text: change.text,
      };
    case 'OBSERVED':
      return observed(operation, change.seen, now);
    case 'LATE':
      return late(operation, change);
    case 'RECOGNIZED':
      return recognized(operation, change);
    case 'CANCEL_REQUESTED':
    case 'CANCEL_SENDING':
    case 'CANCEL_ANSWERED':
    case 'INPUT_REQUESTED':
    case 'INPUT_SENDING':
    case 'INPUT_ANSWERED':
    case 'REQUEST_LAPSED':
      return request(operation, change, now);
    case 'RESOLVED':
      return resolved(withoutOpenSteps(operation), change, now);
    case 'COMPOSITE_BEGUN':
    case 'STEP_STARTED':
    case 'STEP_WAITING':
    case 'STEP_SEEN':
    case 'STEP_ENDED':
      return composition(operation, change, now);
    case 'VERDICT':
      // A step that runs is an operation that somebody must wait for.
      if (operation.composite?.some((step) => step.state === 'RUNNING')) return null;
      if (isRequestUnderWay(operation)) return null;
      return ended(withoutOpenSteps(operation), change, now);
  }
}

function isInDoubt({ calls }: Operation, attemptId: string | undefined): boolean {
  return (
    attemptId === undefined ||
    calls.some((call) => call.state === 'AMBIGUOUS' && isOfAttempt(call, attemptId))
  );
}

/** Its end would free the groups, and a stop that arrives late would stop what is begun next. */
function isRequestUnderWay({ cancel, input }: Operation): boolean {
  return cancel?.state === 'SENDING' || input?.state === 'SENDING';
}

/** Only of what was not sent as far as the record goes: everything else is judged by what its upstream shows. */
function doubted(operation: Operation, evidence: string): Applied | null {
  if (operation.state !== 'PENDING' || operation.composite) return null;
  return {
    operation: { ...operation, state: 'UNKNOWN', evidence },
    type: 'operation.unknown',
    text: `${evidence} A person must decide; the groups stay locked and watched.`,
  };
}

function recognized(
  operation: Operation,
  { action, warnings, text }: Extract<Change, { kind: 'RECOGNIZED' }>,
): Applied | null {
  if (operation.origin !== 'EXTERNAL' || operation.action === action) return null;
  const direction = ACTION_FACTS[action].needsDirection ? operation.direction : null;
  const command = { ...operation.command, action, direction };
  return {
    operation: { ...operation, action, direction, command, warnings },
    type: 'operation.progressed',
    text,
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
