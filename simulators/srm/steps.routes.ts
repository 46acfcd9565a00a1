import { badRequest, Conflict, notFound } from './errors.js';
import { ownStatus } from './plan-status.js';
import { namedPlan } from './plans.routes.js';
import { dismissPrompt } from './runs.js';
import { oneOf, optional, spec, text, whole } from './specs.js';
import { isViewMode, stepListView, stepsFor, stepView } from './steps.js';
import { submit } from './submit.js';
import { list, nothing, one, PLANS, type Answer, type Call, type Surface } from './surface.js';
import type { Action } from './transitions.js';
import type { PlanCallout, Prompt, Step } from './run-state.js';
import type { Plan } from './world.js';

const STEPS = `${PLANS}/:plan_id/recovery-steps`;
const STEP = `${STEPS}/:view_mode/:recovery_step_id`;

/** A prompt needs no timeout: VMware's own module leaves it out (srm reference 3.10). */
const calloutSpec = {
  name: text(),
  content: text(),
  callout_type: oneOf('PROMPT', 'RUN_ON_VM', 'RUN_ON_SRM_SERVER'),
  timeout_seconds: optional(whole(0, 59_999)),
};
const createSpec = spec({ ...calloutSpec, position: whole(0) });
const editSpec = spec(calloutSpec);

/** Commands time out after five minutes by default. */
const DEFAULT_TIMEOUT = 300;

export function stepRoutes(on: Surface): void {
  on.get(`${STEPS}/user-prompts`, 'DD', (call) => list(call, promptsOf(call).map(promptView)));
  on.get(`${STEPS}/user-prompts/:prompt_id`, 'DD', (call) => one(promptView(namedPrompt(call))));
  on.post(`${STEPS}/user-prompts/:prompt_id/actions/dismiss-prompt`, '--', (call) => {
    const prompt = namedPrompt(call);
    call.sim.executed('dismiss-prompt', prompt.id);
    dismissPrompt(call.sim, namedPlan(call));
    return nothing();
  });

  on.get(`${STEPS}/:view_mode`, 'DD', (call) => {
    const { steps } = view(call);
    const ids = (call.query.expanded_step_ids ?? '').split(',').filter(Boolean).map(Number);
    return list(call, stepListView(steps, new Set(ids), call.version));
  });
  on.post(`${STEPS}/:view_mode`, '--', addCallout);
  on.get(STEP, 'FF', (call) => one(stepView(namedStep(call), false, call.version)));
  on.delete(STEP, '--', deleteCallout);
  on.get(`${STEP}/callout-data`, 'DD', (call) => one(calloutView(namedCallout(call))));
  on.post(`${STEP}/callout-data/actions/edit`, '--', editCallout);
}

/** They wait only while the plan is in WAITING_FOR_USER_INPUT: a run being cancelled asks no longer. */
const promptsOf = (call: Call): Prompt[] => {
  const plan = namedPlan(call);
  const waits = ownStatus(call.world, plan) === 'WAITING_FOR_USER_INPUT';
  return waits && plan.run?.prompt ? [plan.run.prompt] : [];
};

function namedPrompt(call: Call): Prompt {
  const prompt = promptsOf(call).find((each) => each.id === call.params.prompt_id);
  if (!prompt) throw notFound();
  return prompt;
}

const promptView = (prompt: Prompt): object => ({
  id: prompt.id,
  raised_time: prompt.raisedAt,
  description: prompt.name,
  callout_id: prompt.calloutId,
  prompt_text: prompt.text,
});

/** Fails when the view is not available in the plan's present status (srm reference 3.10). */
function view(call: Call): { plan: Plan; mode: Action; steps: Step[] } {
  const plan = namedPlan(call);
  const mode = call.params.view_mode;
  if (!isViewMode(mode)) throw badRequest('view_mode must be test, recovery, cleanup or reprotect.');
  const steps = stepsFor(call.world, plan, mode);
  if (!steps) throw badRequest(`The ${mode} steps are not available now.`, 'WrongPlanState');
  return { plan, mode, steps };
}

function namedStep(call: Call): Step {
  const step = view(call).steps.find((each) => String(each.id) === call.params.recovery_step_id);
  if (!step) throw notFound();
  return step;
}

function namedCallout(call: Call): PlanCallout {
  const { calloutId } = namedStep(call);
  const callout = namedPlan(call).callouts.find((each) => each.id === calloutId);
  if (!callout) throw notFound();
  return callout;
}

const calloutView = (callout: PlanCallout): object => ({
  id: callout.id,
  name: callout.name,
  content: callout.content,
  callout_type: callout.type,
  timeout_seconds: callout.timeoutSeconds,
  step_type: 'RECOVERY_STEP',
});

function addCallout(call: Call): Answer {
  const { plan, mode } = view(call);
  const given = createSpec(call.body);
  return submit(call, { kind: 'add-callout', entity: plan.id, entityName: plan.name }, () => {
    checkIdle(plan);
    const callout = { mode, ...asCallout(given), position: given.position };
    return { target: plan.id, effect: { kind: 'add-callout', payload: { planId: plan.id, callout } } };
  });
}

function editCallout(call: Call): Answer {
  const plan = namedPlan(call);
  const old = namedCallout(call);
  const given = editSpec(call.body);
  return submit(call, { kind: 'edit-callout', entity: plan.id, entityName: plan.name }, () => {
    checkIdle(plan);
    const callout = { ...old, ...asCallout(given) };
    return { target: plan.id, effect: { kind: 'edit-callout', payload: { planId: plan.id, callout } } };
  });
}

function deleteCallout(call: Call): Answer {
  const plan = namedPlan(call);
  const { id } = namedCallout(call);
  return submit(call, { kind: 'delete-callout', entity: plan.id, entityName: plan.name }, () => {
    checkIdle(plan);
    return { target: plan.id, effect: { kind: 'delete-callout', payload: { planId: plan.id, id } } };
  });
}

const asCallout = (given: ReturnType<typeof editSpec>) => ({
  name: given.name,
  content: given.content,
  type: given.callout_type,
  timeoutSeconds: given.timeout_seconds ?? DEFAULT_TIMEOUT,
});

function checkIdle(plan: Plan): void {
  if (plan.run) throw new Conflict('RecoveryPlanLocked', `Plan '${plan.name}' is running.`);
}
