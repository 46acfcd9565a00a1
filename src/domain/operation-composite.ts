import type { ActionCommand } from './action-command.js';
import type { OperationStep } from './observation.js';
import type { CompositeStep, Operation, Outcome } from './operation.js';

/** The step's command with the ids that earlier steps made; null = one of them is not known. */
export function commandOfStep(steps: readonly CompositeStep[], index: number): ActionCommand | null {
  const step = steps[index];
  if (!step) return null;
  const { takes, command } = step;
  const made = (from: number | undefined): string | null =>
    from === undefined ? null : (steps[from]?.createdNativeId ?? null);
  if (Object.values(takes).some((from) => made(from) === null)) return null;
  const target = made(takes.target);
  const part = made(takes.part);
  const protectionGroup = made(takes.protectionGroup);
  const protectedInstanceId = made(takes.protectedInstance);
  const input = {
    ...command.input,
    ...(protectionGroup === null ? {} : { protectionGroupIds: [protectionGroup] }),
    ...(protectedInstanceId === null ? {} : { protectedInstanceId }),
  } as ActionCommand['input'];
  return {
    ...command,
    targetNativeId: target ?? command.targetNativeId,
    partNativeId: part ?? command.partNativeId,
    input: command.input && input,
  };
}

/** Why the step makes no sense after what became of those before it, in a sentence; null = it does. */
export function reasonToSkip(steps: readonly CompositeStep[], index: number): string | null {
  const step = steps[index];
  if (!step) return null;
  const lacking = Object.values(step.takes).find((from) => steps[from]?.state !== 'SUCCEEDED');
  if (lacking !== undefined) return `It needs what "${steps[lacking]?.title ?? ''}" was to make.`;
  const unknown = Object.values(step.takes).find((from) => steps[from]?.createdNativeId === null);
  if (unknown !== undefined) return `What "${steps[unknown]?.title ?? ''}" made could not be told.`;
  const { needsAnyOf } = step;
  if (needsAnyOf.length > 0 && !needsAnyOf.some((needed) => steps[needed]?.state === 'SUCCEEDED')) {
    return 'Nothing was put into the group that it could act upon.';
  }
  return null;
}

/** The composite as the operation shows it. */
export function stepsShown(steps: readonly CompositeStep[]): OperationStep[] {
  return steps.map(({ title, state, progressPercent, detail, operationId }, index) => ({
    id: String(index + 1),
    title,
    state,
    progressPercent,
    detail,
    operationId,
  }));
}

/** Every step counts alike. */
export function compositeProgress(steps: readonly CompositeStep[]): number {
  const done = steps.map(({ state, progressPercent }) => (isOver(state) ? 100 : (progressPercent ?? 0)));
  return Math.floor(done.reduce((sum, percent) => sum + percent, 0) / Math.max(1, steps.length));
}

/** Whether nothing is left to begin: all is done, it was asked to stop, or what failed was essential. */
export function isAtItsEnd({ composite, state }: Operation): boolean {
  const steps = composite ?? [];
  if (steps.some((step) => step.state === 'RUNNING')) return false;
  return (
    state === 'CANCELLING' ||
    steps.every((step) => isOver(step.state)) ||
    steps.some((step) => step.essential && isOver(step.state) && step.state !== 'SUCCEEDED')
  );
}

export interface CompositeEnd {
  state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  outcome: Outcome;
  /** The steps that were not done, those that were not begun among them. */
  left: CompositeStep[];
}

/** What the steps come to. */
export function endOfComposite({ composite, cancel }: Operation): CompositeEnd {
  const steps = composite ?? [];
  const left = steps.filter((step) => step.state !== 'SUCCEEDED');
  if (left.length === 0) {
    const whole = steps.every((step) => step.outcome !== 'PARTIAL');
    return { state: 'SUCCEEDED', outcome: whole ? 'FULL' : 'PARTIAL', left };
  }
  // A step that failed half way has left something behind, too.
  const something = steps.some((step) => step.state === 'SUCCEEDED' || step.outcome === 'PARTIAL');
  return { state: cancel ? 'CANCELLED' : 'FAILED', outcome: something ? 'PARTIAL' : 'NONE', left };
}

function isOver(state: CompositeStep['state']): boolean {
  return state !== 'PENDING' && state !== 'RUNNING';
}
