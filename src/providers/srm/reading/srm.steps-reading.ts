import type { RecoveryWorkflow } from '../../../domain/action-inputs.js';
import { ProviderError, type ProviderErrorKind } from '../../provider-error.js';
import type { SrmClient } from '../wire/srm.client.js';
import type { WireCallout, WireStep } from '../wire/srm.parts-wire.js';
import { stepPath, stepsPath } from '../wire/srm.paths.js';
import { isFrame, stepIdOf, VIEW_MODES } from './srm.step-mapper.js';
import { cannotTell, mustBeWhole, mustHave, mustTellAll } from './srm.wholeness.js';
import { textOf } from '../wire/srm.wire.js';

/** Steps within steps within steps; no plan is deeper. */
const MAX_DEPTH = 8;
/** So that the ids fit into an address. */
const MAX_EXPANDED = 1000;

/** The steps of a plan for a workflow, as many as the frames in `expanded` let be seen. */
export async function stepsOf(
  client: SrmClient,
  planId: string,
  mode: string,
  expanded: readonly string[],
  signal: AbortSignal,
): Promise<WireStep[]> {
  const query = expanded.length === 0 ? {} : { expanded_step_ids: expanded.join(',') };
  const path = stepsPath(planId, mode);
  const steps = await client.shortList<WireStep>(path, signal, { remote: true, query });
  mustTellAll(steps);
  return steps.items;
}

/** All of them: a list shows what is in a step only when it is asked to (3.10). */
export async function allStepsOf(
  client: SrmClient,
  planId: string,
  workflow: RecoveryWorkflow,
  signal: AbortSignal,
): Promise<WireStep[]> {
  const expanded: string[] = [];
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const steps = await stepsOf(client, planId, VIEW_MODES[workflow], expanded, signal).catch(
      (error: unknown) => unavailable(client, planId, workflow, error, signal),
    );
    const closed = steps.filter(isFrame).map(stepIdOf);
    const frames = closed.filter((id) => !expanded.includes(id));
    if (frames.length === 0) return steps;
    expanded.push(...frames);
    if (expanded.length > MAX_EXPANDED) break;
  }
  throw cannotTell(['the plan has more steps within steps than can be asked for']);
}

/** One step; what an inserted one holds only where it is one. */
export async function stepOf(
  client: SrmClient,
  planId: string,
  workflow: RecoveryWorkflow,
  stepId: string,
  signal: AbortSignal,
): Promise<{ step: WireStep; callout: WireCallout | null }> {
  const mode = VIEW_MODES[workflow];
  const step = await client
    .one<WireStep>(stepPath(planId, mode, stepId), signal)
    .catch((error: unknown) => unavailable(client, planId, workflow, error, signal));
  mustBeWhole(step);
  mustHave(step, 'id', 'step_number');
  // What holds steps of its own was not inserted.
  const callout = isFrame(step) ? null : await calloutOf(client, planId, mode, stepId, signal);
  return { step, callout };
}

const SAYS_NO: readonly ProviderErrorKind[] = ['NOT_FOUND', 'INVALID_ARGUMENT', 'WRONG_STATE', 'CONFLICT'];

async function calloutOf(
  client: SrmClient,
  planId: string,
  mode: string,
  stepId: string,
  signal: AbortSignal,
): Promise<WireCallout | null> {
  try {
    const path = stepPath(planId, mode, stepId, '/callout-data');
    return await client.one<WireCallout>(path, signal, { remote: true });
  } catch (error) {
    // It "fails" for a step that is SRM's own (2, row 64).
    if (error instanceof ProviderError && SAYS_NO.includes(error.kind)) return null;
    throw error;
  }
}

/** A view that the plan's present status does not have is refused with a bare 400 (3.10). */
async function unavailable(
  client: SrmClient,
  planId: string,
  workflow: RecoveryWorkflow,
  error: unknown,
  signal: AbortSignal,
): Promise<never> {
  if (!(error instanceof ProviderError) || !SAYS_NO.includes(error.kind) || error.kind === 'NOT_FOUND')
    throw error;
  const status = textOf((await client.plan(planId, signal)).status) ?? 'UNKNOWN';
  throw new ProviderError(
    'WRONG_STATE',
    `The steps of ${workflow} cannot be seen while the plan is in ${status}.`,
    { upstream: error.upstream, cause: error },
  );
}
