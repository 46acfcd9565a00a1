import type { Step } from './operation-machine.js';
import { eventOf, type OperationEventType } from './operation-event.js';
import { timingsOf } from './operation-timings.js';
import { isVerdict, type CancelRequest, type Operation, type SubmittedCall } from './operation.js';

/** How far a send has come; what is further cannot be undone by what is less far. */
const PROGRESS: Readonly<Record<SubmittedCall['state'], number>> = {
  PENDING: 0,
  SENDING: 1,
  AMBIGUOUS: 2,
  ACCEPTED: 3,
  REFUSED: 3,
};

/** The same of what people ask of a running operation. */
const ASKED: Readonly<Record<CancelRequest['state'], number>> = {
  REQUESTED: 1,
  SENDING: 2,
  AMBIGUOUS: 3,
  ACCEPTED: 4,
  REFUSED: 4,
};

/**
 * Whether the journal knows something of the operation that the store has lost. A verdict in the store stands; versions
 * alone do not tell, because a store that was rolled back may have been written to again before anybody noticed.
 */
export function knowsMore(journaled: Operation, stored: Operation | null): boolean {
  if (!stored) return true;
  if (isOverruled(stored, journaled)) return true;
  if (isVerdict(stored.state) || isOverruled(journaled, stored)) return false;
  if (isVerdict(journaled.state) || journaled.version > stored.version) return true;
  return (
    journaled.calls.some((call, i) => isFurther(call, stored.calls[i], stored)) ||
    wasAskedMore(journaled.cancel, stored.cancel) ||
    wasAskedMore(journaled.input, stored.input) ||
    hasBegunMore(journaled, stored)
  );
}

/**
 * It ended without having been sent, and what came later of it was sent: that end is of a life of the store which was lost,
 * and was written down too late for anybody to take account of it. A send cannot be undone.
 */
function isOverruled(end: Operation, later: Operation): boolean {
  if (!isVerdict(end.state) || later.version <= end.version) return false;
  const wasSent = end.calls.some(({ state }) => PROGRESS[state] > 0);
  return !wasSent && later.calls.some((call, i) => isFurther(call, end.calls[i], end));
}

/** Unless the store knows that this very attempt was never sent, and has begun anew since. */
function isFurther(call: SubmittedCall, kept: SubmittedCall | undefined, stored: Operation): boolean {
  if (call.attempt && stored.attemptsNotSent?.includes(call.attempt.id)) return false;
  return PROGRESS[call.state] > PROGRESS[kept?.state ?? 'PENDING'];
}

type Asked = Pick<CancelRequest, 'requestedTime' | 'state'> | null | undefined;

/** Asked anew it begins anew: then the later asking counts. */
function wasAskedMore(journaled: Asked, stored: Asked): boolean {
  if (!journaled) return false;
  if (!stored || journaled.requestedTime > stored.requestedTime) return true;
  return journaled.requestedTime === stored.requestedTime && ASKED[journaled.state] > ASKED[stored.state];
}

/** A step that waits was begun once, and is to be begun again. */
function hasBegunMore({ composite }: Operation, stored: Operation): boolean {
  return (composite ?? []).some((step, i) => {
    const kept = stored.composite?.[i];
    return step.state !== 'PENDING' && kept?.state === 'PENDING' && kept.triedSince === null;
  });
}

/**
 * The journal's record as the store is to have it: at its own version, so that another journal that knows a later one
 * still does; above the store's if that is as high. Nothing is sent again for it: what was being sent goes
 * the way of a sender that has vanished.
 */
export function restored(journaled: Operation, stored: Operation | null, now: string): Step {
  const lost = stored ? `had it as ${stored.state} only` : 'had lost it';
  return next(journaled, stored, now, {
    record: journaled,
    type: 'operation.restored',
    text: `The store ${lost}; it was written back from the journal as ${journaled.state}.`,
  });
}

/**
 * The same of one whose groups belong to another operation by now. It takes none of these back, and is not judged by what
 * its target shows: a person decides.
 *
 * @param holders group id → the operation that holds it; one at least
 */
export function restoredWithoutLocks(
  journaled: Operation,
  stored: Operation | null,
  holders: ReadonlyMap<string, string>,
  now: string,
): Step {
  const held = [...holders].map(([groupId, by]) => `${groupId} is held by ${by}`).join(', ');
  const evidence = `The store had lost it while it was ${journaled.state}, and by now ${held}.`;
  const taken = new Set([...(journaled.groupIdsOfOthers ?? []), ...holders.keys()]);
  return next(journaled, stored, now, {
    record: {
      ...journaled,
      state: 'UNKNOWN',
      evidence,
      notBefore: null,
      lockedGroupIds: journaled.lockedGroupIds.filter((id) => !holders.has(id)),
      groupIdsOfOthers: [...taken],
      // Whoever was sending it is not heard of any more: only evidence tells.
      calls: journaled.calls.map((call) =>
        call.state === 'SENDING' ? { ...call, state: 'AMBIGUOUS' } : call,
      ),
    },
    type: 'operation.unknown',
    text: `${evidence} A person must decide.`,
  });
}

/**
 * Of two operations that were begun with one idempotency key, because the store had lost the first when the request came
 * again: the one that must not be sent any more. null = neither will be.
 */
export function superseded(one: Operation, other: Operation): Operation | null {
  const [older, newer] = isLater(one.id, other.id) ? [other, one] : [one, other];
  if (newer.state === 'PENDING' && mayHaveArrived(older)) return newer;
  return older.state === 'PENDING' ? older : null;
}

/** Which of two ids of operations was given later, by the clocks that gave them. */
export function isLater(id: string, other: string): boolean {
  return id.slice(-UUID_CHARS) > other.slice(-UUID_CHARS);
}

const UUID_CHARS = 36;

function mayHaveArrived({ calls, composite }: Operation): boolean {
  return (
    calls.some(({ state }) => state === 'SENDING' || state === 'AMBIGUOUS' || state === 'ACCEPTED') ||
    (composite ?? []).some(({ state }) => state !== 'PENDING')
  );
}

function next(
  journaled: Operation,
  stored: Operation | null,
  now: string,
  { record, type, text }: { record: Operation; type: OperationEventType; text: string },
): Step {
  const version = Math.max(journaled.version, (stored?.version ?? 0) + 1);
  const operation: Operation = { ...record, version, updatedTime: now };
  operation.timings = timingsOf(operation, now);
  return { operation, event: eventOf(operation, type, text, now) };
}
