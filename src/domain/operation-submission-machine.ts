import type { UpstreamRef } from './action-command.js';
import type { Change } from './operation-change.js';
import { endedBeforeItBegan, type Applied } from './operation-end.js';
import type { Operation, SubmittedCall } from './operation.js';
import type { Problem } from './problem.js';

type Submission = Extract<
  Change,
  { kind: 'INTENT' | 'NOT_SENT' | 'ACCEPTED' | 'REFUSED' | 'AMBIGUOUS' | 'ADOPTED' | 'GIVEN_UP' }
>;

/** The last ones; an older one that comes back from a journal is taken for one that may have been sent. */
const NOT_SENT_KEPT = 8;

/** How the requests of an operation reach its upstream: one intent, one send, one answer each. */
export function submission(operation: Operation, change: Submission, now: string): Applied | null {
  switch (change.kind) {
    case 'INTENT':
      return intent(operation, change);
    case 'NOT_SENT':
      return withCurrentCall(operation, change.attemptId, (call) => notSent(operation, call, change));
    case 'ACCEPTED':
      return withCurrentCall(operation, change.attemptId, (call) =>
        accepted(operation, call, { ref: change.ref, adopted: false }, now, 'The upstream accepted it.'),
      );
    case 'ADOPTED': {
      const call = operation.calls[change.callIndex];
      if (call?.state !== 'AMBIGUOUS' || !isOfAttempt(call, change.attemptId)) return null;
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
    case 'GIVEN_UP':
      return givenUp(operation, change.problem, now);
  }
}

/** Until when it waits, and how long it has waited in all for no other reason than our own budget. */
export function delayed(
  operation: Operation,
  { notBefore, heldBackMs = 0 }: { notBefore: string; heldBackMs?: number },
): Pick<Operation, 'notBefore' | 'heldBackMs'> {
  return heldBackMs === 0
    ? { notBefore }
    : { notBefore, heldBackMs: (operation.heldBackMs ?? 0) + heldBackMs };
}

function intent(operation: Operation, change: Extract<Change, { kind: 'INTENT' }>): Applied | null {
  if (operation.state !== 'PENDING' && operation.state !== 'SUBMITTING') return null;
  if (operation.calls.some((call) => call.state === 'SENDING' || call.state === 'AMBIGUOUS')) return null;
  // Of what was sent, nothing may be forgotten: it is prepared anew only as long as nothing was.
  if (change.preparation && operation.calls.some((call) => call.state !== 'PENDING')) return null;
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

/** What a person was asked about is left to that person, who may have acted upon it: it is not sent by itself any more. */
function notSent(
  operation: Operation,
  call: SubmittedCall,
  change: Extract<Change, { kind: 'NOT_SENT' }>,
): Applied {
  const { attemptId, text } = change;
  const next: Operation = {
    ...replaceCall(operation, call, { ...call, state: 'PENDING', attempt: null }),
    attemptsNotSent: [...(operation.attemptsNotSent ?? []), attemptId].slice(-NOT_SENT_KEPT),
  };
  if (operation.state === 'UNKNOWN') {
    const evidence = 'That attempt is known to have sent nothing.';
    return {
      operation: { ...next, evidence },
      type: 'operation.progressed',
      text: `${evidence} A person decides.`,
    };
  }
  const isPartly = operation.calls.some(({ state }) => state === 'ACCEPTED');
  return {
    operation: { ...next, state: isPartly ? 'SUBMITTING' : 'PENDING', ...delayed(operation, change) },
    type: 'operation.delayed',
    text,
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
  const next = replaceCall(operation, call, { ...call, state: 'REFUSED', refusal: reason.detail });
  const others = next.calls.filter((c) => c.state === 'ACCEPTED' || c.state === 'PENDING');
  if (others.length === 0) return endedBeforeItBegan(next, 'REJECTED', reason, reason.detail, now);
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
    return endedBeforeItBegan(operation, 'REJECTED', reason, reason.detail, now);
  }
  return {
    operation: {
      ...operation,
      state: 'RUNNING',
      calls: operation.calls.map((call) =>
        call.state === 'PENDING' ? { ...call, state: 'REFUSED', refusal: reason.detail } : call,
      ),
      warnings: [...operation.warnings, ...open.map((call) => `${call.call.label}: ${reason.detail}`)],
      notBefore: null,
    },
    type: 'operation.progressed',
    text: reason.detail,
  };
}

/** Whoever looked for a send and was slow to tell may find another one in doubt, of which nothing was seen yet. */
export function isOfAttempt(call: SubmittedCall, attemptId: string | undefined): boolean {
  return attemptId === undefined || call.attempt?.id === attemptId;
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
