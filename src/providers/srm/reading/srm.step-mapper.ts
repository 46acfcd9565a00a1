import type { CalloutType, RecoveryWorkflow } from '../../../domain/action-inputs.js';
import type { OperationStep, StepState } from '../../../domain/observation.js';
import type { RecoveryStep } from '../../../domain/plan-parts.js';
import { shownText } from '../../../domain/shown-text.js';
import type { WireCallout, WireStep } from '../wire/srm.parts-wire.js';
import { clauseOf, percentOf, textOf, textsOf, timeOf } from '../wire/srm.wire.js';

/** The word of a workflow in a path (3.10). */
export const VIEW_MODES: Readonly<Record<RecoveryWorkflow, string>> = {
  TEST: 'test',
  RECOVERY: 'recovery',
  CLEAN_UP: 'cleanup',
  REPROTECT: 'reprotect',
};

const STATE_OF: Readonly<Record<string, StepState>> = {
  INACTIVE: 'PENDING',
  RUNNING: 'RUNNING',
  CANCELLED: 'CANCELLED',
  SKIPPED: 'SKIPPED',
  // In an earlier run, which this one goes on from.
  ALREADY_DONE: 'SUCCEEDED',
  SUCCESS: 'SUCCEEDED',
  WARNING: 'SUCCEEDED',
  ERROR: 'FAILED',
};

const CALLOUT_TYPE_OF: Readonly<Record<string, CalloutType>> = {
  PROMPT: 'PROMPT',
  RUN_ON_VM: 'COMMAND_ON_INSTANCE',
  RUN_ON_SRM_SERVER: 'COMMAND_ON_SERVER',
};

export function recoveryStepOf(
  wire: WireStep,
  workflow: RecoveryWorkflow,
  callout: WireCallout | null = null,
): RecoveryStep {
  return {
    id: stepIdOf(wire),
    workflow,
    number: textOf(wire.step_number) ?? '',
    title: titleOf(wire),
    depth: typeof wire.depth === 'number' ? wire.depth : depthIn(textOf(wire.step_number)),
    state: stepStateOf(wire),
    upstreamState: textOf(wire.status) ?? 'UNKNOWN',
    progressPercent: percentOf(wire.progress),
    startedTime: timeOf(wire.start_time),
    endedTime: timeOf(wire.finish_time),
    warnings: textsOf(wire.warnings),
    errors: textsOf(wire.errors),
    insertable: isObject(wire.plan_callout_position_spec) || isObject(wire.vm_callout_position_spec),
    callout: callout === null ? null : calloutOf(callout),
  };
}

/** A step of a run as its operation shows it. */
export function operationStepOf(wire: WireStep, beneath: readonly WireStep[] = []): OperationStep {
  const word = textOf(wire.status);
  const known = word !== null && word in STATE_OF;
  const own = [...textsOf(wire.errors), ...textsOf(wire.warnings)];
  const told = own.length > 0 ? own : beneath.flatMap(troublesOf);
  const strange = known ? [] : [`SRM says ${word ?? 'nothing'} of this step.`];
  const earlier = word === 'ALREADY_DONE' ? ['It was done in an earlier run.'] : [];
  const detail = [...strange, ...told, ...earlier].map(clauseOf).join('; ');
  return {
    id: stepIdOf(wire),
    title: titleOf(wire),
    state: stepStateOf(wire),
    progressPercent: percentOf(wire.progress),
    detail: detail === '' ? null : shownText(`${detail}.`),
  };
}

export function stepIdOf(wire: WireStep): string {
  return typeof wire.id === 'number' ? String(wire.id) : (textOf(wire.id) ?? '');
}

/** It holds steps of its own, which a list shows only when asked to (3.10). */
export function isFrame(wire: WireStep): boolean {
  return typeof wire.child_count === 'number' && wire.child_count > 0;
}

export function isTopLevel(wire: WireStep): boolean {
  return (typeof wire.depth === 'number' ? wire.depth : depthIn(textOf(wire.step_number))) === 0;
}

export function isTroubled(wire: WireStep): boolean {
  return wire.status === 'ERROR' || wire.status === 'WARNING';
}

/** A word that is not known here is never taken for an end. */
function stepStateOf(wire: WireStep): StepState {
  const known = STATE_OF[textOf(wire.status) ?? ''];
  return known ?? (timeOf(wire.start_time) === null ? 'PENDING' : 'RUNNING');
}

function troublesOf(wire: WireStep): string[] {
  const texts = [...textsOf(wire.errors), ...textsOf(wire.warnings)];
  return texts.map((text) => `${titleOf(wire)}: ${text}`);
}

function calloutOf(wire: WireCallout): RecoveryStep['callout'] {
  const type = CALLOUT_TYPE_OF[textOf(wire.callout_type) ?? ''];
  if (type === undefined) return null;
  return {
    type,
    name: textOf(wire.name) ?? '',
    content: textOf(wire.content) ?? '',
    // A prompt waits for ever, whatever it is said to have (3.10).
    timeoutSeconds:
      type === 'PROMPT' ? null : typeof wire.timeout_seconds === 'number' ? wire.timeout_seconds : null,
  };
}

export function titleOf(wire: WireStep): string {
  return textOf(wire.title) ?? `Step ${textOf(wire.step_number) ?? stepIdOf(wire)}`;
}

/** `7` is at the top, `7.1` one below. */
function depthIn(number: string | null): number {
  return number === null ? 0 : number.split('.').filter((part) => part !== '').length - 1;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
