import type { Change } from './operation-change.js';
import type { OperationEventType } from './operation-event.js';
import { resultOf } from './operation-result.js';
import type { OperationStep } from './observation.js';
import type { Operation, Verdict } from './operation.js';
import { withSeen } from './operation-sight.js';

/** What a change makes of the record, before version, times and event are written on it. */
export interface Applied {
  operation: Operation;
  type: OperationEventType;
  text: string;
}

export type End = Extract<Change, { kind: 'VERDICT' }>;

export const VERDICT_EVENTS: Readonly<Record<Verdict, OperationEventType>> = {
  SUCCEEDED: 'operation.succeeded',
  FAILED: 'operation.failed',
  CANCELLED: 'operation.cancelled',
  REJECTED: 'operation.rejected',
};

/** Closes the record. */
export function ended(operation: Operation, change: End, now: string): Applied {
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
      steps: isWhollyDone(change) ? last.steps.map(settled) : last.steps,
      ...(createdId ? withCreated(last, createdId) : {}),
    },
    type: VERDICT_EVENTS[change.state],
    text: change.text,
  };
}

function isWhollyDone({ state, outcome }: End): boolean {
  return state === 'SUCCEEDED' && outcome === 'FULL';
}

/** A step that was last seen running, of work that is wholly done, ran to its end. */
function settled(step: OperationStep): OperationStep {
  return step.state === 'RUNNING' ? { ...step, state: 'SUCCEEDED', progressPercent: 100 } : step;
}

/** A new target gets its id; a drill is made of a plan, which stays the target. */
function withCreated(operation: Operation, id: string): Pick<Operation, 'target' | 'result'> {
  const { target, action, result } = operation;
  const type = action === 'START_DRILL' ? 'DRILL' : target.type;
  return {
    target: target.id === null ? { ...target, id } : target,
    result: { ...result, ...resultOf(type, id) },
  };
}

/** The end of something of which nothing was begun. */
export function endedBeforeItBegan(
  operation: Operation,
  state: 'REJECTED' | 'CANCELLED',
  problem: End['problem'],
  text: string,
  now: string,
): Applied {
  return ended(operation, { kind: 'VERDICT', state, outcome: 'NONE', problem, text }, now);
}
