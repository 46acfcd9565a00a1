import type { UpstreamCall } from '../../../domain/action-command.js';
import type { ActionInputs, CalloutType } from '../../../domain/action-inputs.js';
import { checkSeconds, invalid } from './srm.call-checks.js';
import type { StepsOf } from './srm.change-reads.js';
import type { WireCallout, WireStep } from '../wire/srm.parts-wire.js';
import { stepPath, stepsPath } from '../wire/srm.paths.js';
import { VIEW_MODES } from '../reading/srm.step-mapper.js';

export const CALLOUT_WORDS: Readonly<Record<CalloutType, string>> = {
  PROMPT: 'PROMPT',
  COMMAND_ON_INSTANCE: 'RUN_ON_VM',
  COMMAND_ON_SERVER: 'RUN_ON_SRM_SERVER',
};

/** Commands time out after five minutes by default (3.10). */
const DEFAULT_TIMEOUT_SECONDS = 300;

/** @param steps the workflow's list with nothing expanded: a position counts its entries from zero. */
export function addStepCall(
  of: StepsOf,
  input: ActionInputs['ADD_RECOVERY_STEP'],
  steps: readonly WireStep[],
): UpstreamCall {
  return {
    label: `Insert step ${input.name}`,
    method: 'POST',
    path: stepsPath(of.planId, VIEW_MODES[of.workflow]),
    body: { ...contentOf(input), position: positionOf(input.beforeStepId, steps) },
  };
}

export function editStepCall(
  of: StepsOf,
  stepId: string,
  input: ActionInputs['UPDATE_RECOVERY_STEP'],
  now: WireCallout,
): UpstreamCall {
  const { workflow: _of, expectedTitle, ...wish } = input;
  if (Object.values(wish).every((value) => value === undefined)) {
    throw invalid('There is nothing to change: give "type", "name", "content" or "timeoutSeconds".');
  }
  const type = typeOf(now.callout_type);
  if (wish.type === undefined && type === null) {
    throw invalid(
      `The step is of a kind that is not known here (${now.callout_type}); give "type".`,
      '/type',
    );
  }
  return {
    label: `Change step ${expectedTitle}`,
    method: 'POST',
    path: stepPath(of.planId, VIEW_MODES[of.workflow], stepId, '/callout-data/actions/edit'),
    body: contentOf({
      type: wish.type ?? type ?? 'PROMPT',
      name: wish.name ?? now.name ?? '',
      content: wish.content ?? now.content ?? '',
      timeoutSeconds: wish.timeoutSeconds,
      kept: now.timeout_seconds ?? undefined,
    }),
  };
}

export function removeStepCall(of: StepsOf, stepId: string, title: string): UpstreamCall {
  return {
    label: `Remove step ${title}`,
    method: 'DELETE',
    path: stepPath(of.planId, VIEW_MODES[of.workflow], stepId),
    body: undefined,
  };
}

/** The timeout is required by the document, and means nothing to a prompt (3.10). */
function contentOf(step: {
  type: CalloutType;
  name: string;
  content: string;
  timeoutSeconds?: number | undefined;
  kept?: number | undefined;
}): object {
  if (step.name === '') throw invalid('"name" must not be empty.', '/name');
  if (step.content === '') throw invalid('"content" must not be empty.', '/content');
  checkSeconds(step.timeoutSeconds, 59_999, 'timeoutSeconds');
  if (step.type === 'PROMPT' && step.timeoutSeconds !== undefined) {
    throw invalid('A prompt waits for ever: "timeoutSeconds" is for commands.', '/timeoutSeconds');
  }
  const ofCommand = step.timeoutSeconds ?? step.kept ?? DEFAULT_TIMEOUT_SECONDS;
  return {
    name: step.name,
    content: step.content,
    callout_type: CALLOUT_WORDS[step.type],
    timeout_seconds: step.type === 'PROMPT' ? (step.kept ?? 0) : ofCommand,
  };
}

function positionOf(beforeStepId: string | undefined, steps: readonly WireStep[]): number {
  if (beforeStepId === undefined) return steps.length;
  const position = steps.findIndex((step) => String(step.id) === beforeStepId);
  const step = steps[position];
  if (step === undefined) {
    throw invalid(
      `There is no step ${beforeStepId} among the steps at the top of this workflow.`,
      '/beforeStepId',
    );
  }
  if ((step.plan_callout_position_spec ?? null) === null) {
    const why =
      (step.vm_callout_position_spec ?? null) === null
        ? 'SRM allows none there'
        : 'it belongs to one machine';
    throw invalid(
      `Nothing can be inserted before step ${step.step_number ?? beforeStepId} (${step.title ?? 'no title'}): ${why}.`,
      '/beforeStepId',
    );
  }
  return position;
}

function typeOf(word: string | null | undefined): CalloutType | null {
  const known = Object.entries(CALLOUT_WORDS).find(([, upstream]) => upstream === word);
  return (known?.[0] as CalloutType | undefined) ?? null;
}
