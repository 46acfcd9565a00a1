import { ACTION_FACTS } from '../domain/action-facts.js';
import { judgeAction } from '../domain/allowed-actions.js';
import { disbelief, expectationOf } from '../domain/expected-target.js';
import type { CompositeStep, ExpectedTarget } from '../domain/operation.js';
import { problem, ProblemError } from '../domain/problem.js';
import type { Preparation } from '../providers/provider-driver.js';
import { ProviderError } from '../providers/provider-error.js';
import { providerProblem } from '../providers/provider-problem.js';
import type { Provider } from '../providers/provider.js';
import type { ProviderRegistry } from '../providers/registry.js';
import { locksOf, targetOf } from './command-places.js';
import { compositeFaults, compositePlan, type PlannedStep } from './composite-plan.js';
import type { OperationRequest, PreflightReport } from './operation-request.js';
import type { OperationStore } from './operation-store.js';
import { isBlockedBySite, outsideBy } from './refusals.js';

export interface Examination {
  provider: Provider;
  report: PreflightReport;
  /** What must be locked for it. */
  locks: string[];
  /** The steps it is made of; null = it is one by itself. */
  composite: CompositeStep[] | null;
  /** What the target must still be at the last look. */
  expected: ExpectedTarget | null;
}

/** Everything that is checked before a request is accepted. Reads only. */
export class Preflight {
  constructor(
    private readonly store: OperationStore,
    private readonly providers: ProviderRegistry,
  ) {}

  /** Throws `ProblemError` for a request that makes no sense here; what stands in its way now is in the report. */
  async examine(request: OperationRequest, operationId: string): Promise<Examination> {
    const { siteId, command } = request;
    const provider = this.providers.find(siteId);
    if (!provider) throw new ProblemError(problem('not-found', `There is no site ${siteId}.`));
    const plan = compositePlan(command);
    refuseFaults(request, plan, provider);
    // Of a composite, only the first step can be looked at: the others act upon what it makes.
    const first = plan?.[0]?.step.command ?? command;
    const preparation = await prepared(provider, first, operationId);
    const locks = locksOf(siteId, first, preparation);
    const [heldBy = null] = (await this.store.holders(siteId, locks)).values();
    const heldOutsideBy = heldBy === null ? null : outsideBy(await this.store.find(heldBy));
    const { resource } = preparation;
    const wrong = request.belief ? disbelief(request.belief, resource, preparation.groupIds) : null;
    const { lifecycle } = provider.descriptor;
    const judged = judgeAction(lifecycle, first.action, resource, {
      direction: command.direction,
      blockers: [...preparation.blockers, ...(wrong ? [wrong] : [])],
      companions: preparation.companions ?? [],
      heldBy,
      heldOutsideBy,
      touches: preparation.groupIds,
    });
    const report: PreflightReport = {
      ...judged,
      action: command.action,
      consequences: ACTION_FACTS[command.action].consequences,
      direction: command.direction,
      target: targetOf(siteId, command, preparation, request.targetName),
      warnings: preparation.warnings,
      observed: resource,
      wouldSubmit: preparation.calls,
      steps: (plan ?? []).map(({ step }) => ({ title: step.title, action: step.command.action })),
      heldBy,
      heldOutsideBy,
      blockedBySite: isBlockedBySite(judged.blocking, preparation.blockers),
    };
    return {
      provider,
      report,
      locks,
      composite: plan && plan.map(({ step }) => step),
      expected: plan ? null : expectationOf(lifecycle, command.action, resource, request.belief),
    };
  }
}

async function prepared(
  provider: Provider,
  command: OperationRequest['command'],
  operationId: string,
): Promise<Preparation> {
  try {
    return await provider.prepare(command, operationId);
  } catch (error) {
    if (error instanceof ProviderError) throw new ProblemError(providerProblem(error, provider));
    throw error;
  }
}

function refuseFaults(
  { command }: OperationRequest,
  plan: readonly PlannedStep[] | null,
  provider: Provider,
): void {
  const faults = plan ? compositeFaults(plan, command, provider) : provider.fieldFaults(command);
  if (faults.length === 0) return;
  throw new ProblemError(
    problem('invalid-request', faults.map((fault) => fault.detail).join(' '), { errors: faults }),
  );
}
