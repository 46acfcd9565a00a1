import { isEmergency } from '../domain/emergency.js';
import type { Operation } from '../domain/operation.js';
import type { RingTurn } from '../platform/queue/ring-turn.js';
import { isAnswering, isCancelling } from './open-requests.js';

/** A failover, and what a person tells something that runs: stop, or go on. */
export function isUrgent(operation: Operation): boolean {
  return isEmergency(operation.action) || isCancelling(operation) || isAnswering(operation);
}

export function turnOf(operation: Operation): RingTurn {
  return isUrgent(operation) ? 'FIRST' : 'IN_TURN';
}
