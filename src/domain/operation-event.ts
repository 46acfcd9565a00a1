import type { Operation, Outcome, OperationState } from './operation.js';

/** A fact in the life of an operation: one per version, append-only, the only thing told outward. */
export const OPERATION_EVENT_TYPES = [
  'operation.accepted',
  'operation.submitting',
  'operation.started',
  'operation.progressed',
  'operation.waiting-for-input',
  'operation.reconciling',
  'operation.unknown',
  'operation.cancelling',
  'operation.delayed',
  'operation.restored',
  /** The whole of an ended run, taken over from the history of its site: older than the event. */
  'operation.imported',
  'operation.succeeded',
  'operation.failed',
  'operation.cancelled',
  'operation.rejected',
] as const;
export type OperationEventType = (typeof OPERATION_EVENT_TYPES)[number];

export interface OperationEvent {
  type: OperationEventType;
  operationId: string;
  /** The operation's version after the event: the order of events of one operation. */
  sequence: number;
  time: string;
  state: OperationState;
  outcome: Outcome | null;
  progressPercent: number | null;
  /** One sentence for a person. */
  text: string;
}

/** The fact that the record, as it is now, is the result of. */
export function eventOf(
  operation: Operation,
  type: OperationEventType,
  text: string,
  now: string,
): OperationEvent {
  return {
    type,
    operationId: operation.id,
    sequence: operation.version,
    time: now,
    state: operation.state,
    outcome: operation.outcome,
    progressPercent: operation.progressPercent,
    text,
  };
}
