import { judgeAction } from '../domain/allowed-actions.js';
import { ACTION_FACTS } from '../domain/action-facts.js';
import type { ActionCommand } from '../domain/action-command.js';
import { publicId } from '../domain/ids.js';
import { isVerdict, type Operation, type OperationTarget } from '../domain/operation.js';
import { problem, ProblemError } from '../domain/problem.js';
import { operationPath } from '../domain/resource-paths.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Preparation } from '../providers/provider-driver.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { ProviderRegistry } from '../providers/registry.js';
import type { Doorbells } from './doorbells.js';
import { newOperationId } from './operation-id.js';
import { newOperation } from './new-operation.js';
import type { Accepted, OperationRequest, PreflightReport } from './operation-request.js';
import type { IdempotencyClaim, OperationStore } from './operation-store.js';
import { providerProblem } from '../providers/provider-problem.js';

/** Accepts requests, and answers questions about operations. Sends nothing to an upstream: workers do. */
export class OperationsService {
  constructor(
    private readonly store: OperationStore,
    private readonly providers: ProviderRegistry,
    private readonly doorbells: Doorbells,
    private readonly clock: Clock,
  ) {}

  /** The operation that the same request began before; null = the key is new. Another request's key is a 422. */
  async replayed(claim: IdempotencyClaim): Promise<Operation | null> {
    const found = await this.store.findClaim(claim.keyHash);
    return found ? this.sameRequest(found, claim) : null;
  }

  /** The pre-flight: reads only. */
  async preflight(request: OperationRequest): Promise<PreflightReport> {
    const { report } = await this.examine(request, newOperationId(request.siteId));
    return report;
  }

  /**
   * Pre-flight, then acceptance in one atomic step. After it returned, the operation ends in a verdict or in
   * UNKNOWN, whatever happens to this process. Throws `ProblemError` when it is not accepted.
   */
  async accept(request: OperationRequest, claim: IdempotencyClaim): Promise<Accepted> {
    const id = newOperationId(request.siteId);
    const { provider, preparation, report } = await this.examine(request, id);
    if (!report.allowed) {
      // The same request at the same moment may have been accepted: what stands in the way is then its twin.
      const twin = await this.replayed(claim);
      if (twin) return { operation: twin, replayed: true };
      throw refusalOf(report);
    }
    const operation = newOperation(id, request, {
      provider: provider.descriptor.provider,
      target: report.target,
      lockedGroupIds: locksOf(request, preparation),
      now: isoTime(this.clock.now()),
    });
    const acceptance = await this.store.accept(operation, claim);
    switch (acceptance.kind) {
      case 'EXISTS':
        return { operation: await this.sameRequest(acceptance, claim), replayed: true };
      case 'BUSY': {
        const twin = await this.replayed(claim);
        if (twin) return { operation: twin, replayed: true };
        throw busy(acceptance.heldBy);
      }
      case 'ACCEPTED':
        await this.doorbells.ringSubmission(id);
        return { operation, replayed: false };
    }
  }

  async get(id: string): Promise<Operation> {
    const operation = await this.store.find(id);
    if (!operation) throw new ProblemError(problem('not-found', `There is no operation ${id}.`));
    return operation;
  }

  /** Asks for a stop. Before the send it is ours to give; afterwards only the upstream's, if it can. */
  async cancel(id: string, requestedBy: string): Promise<Operation> {
    const operation = await this.get(id);
    // Asked already; again only when it is not known whether the first asking arrived.
    const asked = operation.state === 'CANCELLING' && operation.cancel?.state !== 'AMBIGUOUS';
    if (asked || operation.state === 'CANCELLED') return operation;
    const provider = this.providers.find(operation.siteId);
    const supported = provider?.cancelCall(operation.command) ?? null;
    if (operation.state !== 'PENDING' && (isVerdict(operation.state) || !supported)) {
      throw new ProblemError(
        problem(
          'cancel-not-supported',
          isVerdict(operation.state)
            ? `The operation has already ended: ${operation.state}.`
            : `${provider?.descriptor.title ?? operation.provider} cannot stop ${operation.action} once it has begun.`,
        ),
      );
    }
    const changed = await this.store.transition(id, {
      kind: 'CANCEL_REQUESTED',
      request: { requestedBy, requestedTime: isoTime(this.clock.now()) },
    });
    if (!changed) {
      const now = await this.get(id);
      if (now.state === 'CANCELLING' || now.state === 'CANCELLED') return now;
      throw new ProblemError(
        problem(
          'cancel-not-supported',
          `The operation is ${now.state}; it cannot be stopped at this point.`,
          {
            retryable: now.state === 'SUBMITTING' || now.state === 'RECONCILING',
          },
        ),
      );
    }
    if (changed.state === 'CANCELLING') await this.doorbells.ringSubmission(id);
    return changed;
  }

  /** The operations that hold any of these groups. */
  holdersOf(siteId: string, groupIds: readonly string[]): Promise<Map<string, string>> {
    return this.store.holders(siteId, groupIds);
  }

  private async examine(
    request: OperationRequest,
    operationId: string,
  ): Promise<{ provider: Provider; preparation: Preparation; report: PreflightReport }> {
    const provider = this.providers.find(request.siteId);
    if (!provider) throw new ProblemError(problem('not-found', `There is no site ${request.siteId}.`));
    const faults = provider.fieldFaults(request.command);
    if (faults.length > 0) {
      throw new ProblemError(
        problem('invalid-request', faults.map((fault) => fault.detail).join(' '), { errors: faults }),
      );
    }
    let preparation: Preparation;
    try {
      preparation = await provider.prepare(request.command, operationId);
    } catch (error) {
      if (error instanceof ProviderError) throw new ProblemError(providerProblem(error, provider));
      throw error;
    }
    const locks = locksOf(request, preparation);
    const [heldBy = null] = (await this.store.holders(request.siteId, locks)).values();
    const judged = judgeAction(provider.descriptor.lifecycle, request.command.action, preparation.resource, {
      direction: request.command.direction,
      blockers: preparation.blockers,
      companions: preparation.companions ?? [],
      heldBy,
    });
    const report: PreflightReport = {
      ...judged,
      direction: request.command.direction,
      target: targetOf(request, preparation),
      warnings: preparation.warnings,
      observed: preparation.resource,
      wouldSubmit: preparation.calls,
      heldBy,
    };
    return { provider, preparation, report };
  }

  private async sameRequest(
    found: { operationId: string; fingerprint: string },
    claim: IdempotencyClaim,
  ): Promise<Operation> {
    if (found.fingerprint !== claim.fingerprint) {
      throw new ProblemError(
        problem(
          'idempotency-key-reused',
          `This Idempotency-Key began operation ${found.operationId} with another request.`,
          {
            nextActions: [
              { title: 'Look at that operation', method: 'GET', href: operationPath(found.operationId) },
            ],
          },
        ),
      );
    }
    return this.get(found.operationId);
  }
}

/** Every group touched, and the plan itself; for a creation, the name it will have. */
function locksOf(request: OperationRequest, preparation: Preparation): string[] {
  const { siteId, command } = request;
  const own = command.targetNativeId ?? `new:${nameIn(command) ?? ''}`;
  return [...new Set([...preparation.groupIds, publicId(siteId, own)])];
}

function targetOf(request: OperationRequest, preparation: Preparation): OperationTarget {
  const { siteId, command } = request;
  const { holder, targetType } = ACTION_FACTS[command.action];
  const ofPart = targetType !== holder;
  const nativeId = ofPart ? command.partNativeId : command.targetNativeId;
  return {
    type: targetType,
    id: nativeId === null ? (holder === 'SITE' ? siteId : null) : publicId(siteId, nativeId),
    name: preparation.resource?.name ?? nameIn(command) ?? request.targetName ?? '',
    within:
      ofPart && command.targetNativeId !== null
        ? { type: holder, id: publicId(siteId, command.targetNativeId) }
        : null,
  };
}

/** The name that something to be created will have. */
function nameIn({ group, input }: ActionCommand): string | undefined {
  return group?.name ?? (input && 'name' in input ? input.name : undefined);
}

function refusalOf(report: PreflightReport): ProblemError {
  const wrongState = report.blocking.some((b) => b.code === 'wrong-state');
  const detail = report.blocking.map((b) => b.text).join(' ');
  if (report.heldBy) return busy(report.heldBy, report.blocking);
  if (!wrongState && report.blocking.some((b) => b.code === 'wrong-direction')) {
    return new ProblemError(problem('wrong-direction', detail, { blocking: report.blocking }));
  }
  if (report.blocking.some((b) => b.code === 'unsupported-action')) {
    return new ProblemError(problem('unsupported-action', detail, { blocking: report.blocking }));
  }
  return new ProblemError(problem('action-not-allowed', detail, { blocking: report.blocking }));
}

function busy(heldBy: string, blocking?: PreflightReport['blocking']): ProblemError {
  return new ProblemError(
    problem(
      'operation-in-progress',
      `Operation ${heldBy} holds a protection group that this action touches.`,
      {
        ...(blocking ? { blocking } : {}),
        nextActions: [
          { title: 'Look at the operation that holds it', method: 'GET', href: operationPath(heldBy) },
        ],
      },
    ),
    { link: `<${operationPath(heldBy)}>; rel="blocking-operation"`, 'retry-after': '10' },
  );
}
