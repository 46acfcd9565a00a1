import type { ActionInputs, RecoveryWorkflow } from '../../../domain/action-inputs.js';
import { meaningOf } from '../../../domain/lifecycle.js';
import type { Finding } from '../../../domain/observation.js';
import type { SentCall } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import {
  isNewSince,
  type PlanCreateBaseline,
  type PlanEditBaseline,
  type PlanPartBaseline,
  type SettingsBaseline,
  type StepsBaseline,
} from './srm.baseline.js';
import { absent, weighed } from './srm.candidates.js';
import { findMade, madeBy } from './srm.created.js';
import { ChangeReads } from '../preparing/srm.change-reads.js';
import type { SrmClient } from '../wire/srm.client.js';
import { srmDescriptor } from '../srm.descriptor.js';
import { notSeen, seen, undecidable } from './srm.part-evidence.js';
import { compare, planShape, settingsShape, shaped } from './srm.plan-shape.js';
import { textOf, type WirePlan } from '../wire/srm.wire.js';

/** After a lost answer about a plan, or something that belongs to it: what can be read of it, then a new task. */
export async function findPlanChangeStarted(
  client: SrmClient,
  sent: SentCall,
  baseline: PlanPartBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  if (baseline.kind === 'PLAN_CREATE') return findCreatedPlan(client, sent, baseline, signal);
  const { targetNativeId: planId, partNativeId } = sent.command;
  const entities: unknown[] = baseline.kind === 'SETTINGS' ? [planId, partNativeId] : [planId];
  const tasks = await client.newestTasks(signal);
  const fresh = tasks.items.filter((task) => entities.includes(task.entity) && isNewSince(task, baseline));
  const effect = await planEffect(client, sent, baseline, signal);
  if (fresh.length === 0) return effect;
  const plan = await client.plan(planId ?? '', signal).catch(absent);
  if (plan === null || !isRunning(plan)) return weighed(effect, fresh);
  // Somebody runs the plan: the task may be that of the run.
  return effect.verdict === 'STARTED'
    ? effect
    : undecidable(`The plan is in ${plan.status ?? 'a state not told'}. ${effect.evidence}`);
}

/** Whether what can be read of the plan shows what was asked for, and did not before. */
export function planEffect(
  client: SrmClient,
  sent: SentCall,
  baseline: Exclude<PlanPartBaseline, PlanCreateBaseline>,
  signal: AbortSignal,
): Promise<Finding> {
  switch (baseline.kind) {
    case 'PLAN_EDIT':
      return sent.command.action === 'DELETE_RECOVERY_PLAN'
        ? deleted(client, sent, signal)
        : reconfigured(client, sent, baseline, signal);
    case 'SETTINGS':
      return resettled(client, sent, baseline, signal);
    case 'STEPS':
      return rewritten(client, sent, baseline, signal);
  }
}

async function findCreatedPlan(
  client: SrmClient,
  sent: SentCall,
  baseline: PlanCreateBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const { name } = sent.command.input as ActionInputs['CREATE_RECOVERY_PLAN'];
  const [plans, tasks] = await Promise.all([client.plans(signal), client.newestTasks(signal)]);
  const sending = { operationId: sent.operationId, body: sent.call.body };
  const made = madeBy(plans.items, sending, baseline.namesakeIds);
  const fresh = tasks.items.filter((task) => isNewSince(task, baseline));
  return findMade({ kind: 'plan', name }, made, fresh);
}

async function deleted(client: SrmClient, sent: SentCall, signal: AbortSignal): Promise<Finding> {
  const plans = await client.plans(signal);
  const plan = plans.items.find(({ id }) => id === sent.command.targetNativeId);
  if (plan?.status === 'DELETING') return seen('The plan is being deleted.');
  if (plan !== undefined) return notSeen('The plan stands.');
  return plans.gaps.length === 0
    ? seen('The plan is no more.')
    : notSeen('The list of plans is not complete.');
}

async function reconfigured(
  client: SrmClient,
  sent: SentCall,
  baseline: PlanEditBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const planId = sent.command.targetNativeId ?? '';
  const wanted = shaped(sent.call.body ?? {});
  const plan = await client.plan(planId, signal).catch(absent);
  if (plan === null) return undecidable('The plan is no more.');
  const [groups, networks] = await Promise.all([
    'protection_groups' in wanted ? client.groupsOfPlan(planId, signal) : null,
    'test_network_mappings' in wanted ? new ChangeReads(client).testNetworks(planId, signal) : null,
  ]);
  const now = planShape(plan, groups?.items ?? null, networks?.items ?? null);
  return byComparison(compare(baseline.shape, wanted, now), 'The plan');
}

async function resettled(
  client: SrmClient,
  sent: SentCall,
  baseline: SettingsBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const { targetNativeId, partNativeId } = sent.command;
  const reads = new ChangeReads(client);
  const state = await reads.recoverySettings(targetNativeId ?? '', partNativeId ?? '', signal).catch(absent);
  if (state === null) return undecidable('The machine is not in the plan any more.');
  const wanted = shaped(sent.call.body ?? {});
  return byComparison(compare(baseline.shape, wanted, settingsShape(state)), 'The machine’s settings');
}

/** A title may be more than the name that a step was given. */
async function rewritten(
  client: SrmClient,
  sent: SentCall,
  baseline: StepsBaseline,
  signal: AbortSignal,
): Promise<Finding> {
  const { workflow } = sent.command.input as { workflow: RecoveryWorkflow };
  const of = { planId: sent.command.targetNativeId ?? '', workflow };
  const reads = new ChangeReads(client);
  try {
    if (sent.command.action === 'UPDATE_RECOVERY_STEP') {
      const now = shaped(await reads.callout(of, sent.command.partNativeId ?? '', signal));
      const wanted = shaped(sent.call.body ?? {});
      return byComparison(compare(baseline.callout ?? {}, wanted, now), 'The step');
    }
    const titles = (await reads.steps(of, signal)).map((step) => step.title ?? '');
    const name =
      sent.command.action === 'ADD_RECOVERY_STEP'
        ? (sent.command.input as ActionInputs['ADD_RECOVERY_STEP']).name
        : (baseline.title ?? '');
    const count = (list: readonly string[]): number => list.filter((title) => title.includes(name)).length;
    const more = sent.command.action === 'ADD_RECOVERY_STEP' ? 1 : -1;
    return count(titles) === count(baseline.titles) + more && titles.length === baseline.titles.length + more
      ? seen(`The steps are ${more > 0 ? 'one more' : 'one fewer'}: ${name}.`)
      : notSeen(`The steps are ${titles.length}, before ${baseline.titles.length}.`);
  } catch (error) {
    if (error instanceof ProviderError && error.upstream.status !== null && error.upstream.status < 500)
      return notSeen('The steps are not shown now.');
    throw error;
  }
}

function byComparison(comparison: ReturnType<typeof compare>, what: string): Finding {
  switch (comparison) {
    case 'AS_WANTED':
      return seen(`${what} changed, and is as it was to become.`);
    case 'AS_BEFORE':
      return notSeen('Nothing that can be read has changed.');
    case 'OTHERWISE':
      return undecidable(`${what} changed, and is not as it was to become.`);
  }
}

function isRunning(plan: WirePlan): boolean {
  const word = textOf(plan.status) ?? '';
  const { passing } = meaningOf(srmDescriptor.lifecycle, 'RECOVERY_PLAN', word);
  return plan.is_running === true || (passing && word !== 'DELETING');
}
