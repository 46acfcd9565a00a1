import type { Change } from './operation-change.js';
import type { Applied } from './operation-end.js';
import type { Operation, OperationState } from './operation.js';

const ON_THEIR_WAY: ReadonlySet<OperationState> = new Set(['RUNNING', 'WAITING_FOR_INPUT', 'CANCELLING']);

/** Whether an upstream has it in hand, so that it can be late; what it is made of is late by itself. */
export function canBeLate({ state, composite }: Operation): boolean {
  return ON_THEIR_WAY.has(state) && !composite;
}

/** Told, and nothing else: that something takes long decides nothing. */
export function late(
  operation: Operation,
  { overdue, stalled, text }: Extract<Change, { kind: 'LATE' }>,
): Applied | null {
  if (!canBeLate(operation)) return null;
  const next = {
    ...operation,
    overdue: operation.overdue || overdue,
    stalled: operation.stalled || stalled,
  };
  if (next.overdue === operation.overdue && next.stalled === operation.stalled) return null;
  return { operation: next, type: 'operation.progressed', text };
}
