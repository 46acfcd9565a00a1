import { isVerdict, type Operation } from '../domain/operation.js';
import { problem, ProblemError } from '../domain/problem.js';
import { operationPath } from '../domain/resource-paths.js';
import type { ClockSkew } from '../platform/clock-skew.js';
import { isoTime, type Clock } from '../platform/clock.js';
import { inLane } from '../providers/lanes.js';
import type { ProviderRegistry } from '../providers/registry.js';
import type { Doorbells } from './doorbells.js';
import { newOperationId } from './operation-id.js';
import { newOperation } from './new-operation.js';
import { NotDurableError } from './not-durable.js';
import type { Accepted, OperationRequest, PreflightReport } from './operation-request.js';
import type { Acceptance, IdempotencyClaim, OperationStore } from './operation-store.js';
import { Preflight } from './preflight.js';
import { busy, outsideBy, refusalOf, refuseNewer } from './refusals.js';
import { ringParent } from './parent-bell.js';
import { turnOf } from './urgency.js';
import { standing, Withdrawal } from './withdrawal.js';

/** Accepts requests, and answers questions about operations. Sends nothing to an upstream: workers do. */
export class OperationsService {
  private readonly examination: Preflight;
  private readonly withdrawal: Withdrawal;

  constructor(
    private readonly store: OperationStore,
    private readonly providers: ProviderRegistry,
    private readonly doorbells: Doorbells,
    private readonly clock: Clock,
    /** While the clock is wrong, nothing is accepted: deadlines count from the record's times. Absent = nobody measures it. */
    private readonly skew?: Pick<ClockSkew, 'fault'>,
  ) {
    this.examination = new Preflight(store, providers);
    this.withdrawal = new Withdrawal(store);
  }

  /** The operation that the same request began before; null = the key is new. Another request's key is a 422. */
  async replayed(claim: IdempotencyClaim): Promise<Operation | null> {
    const found = await this.store.findClaim(claim.keyHash);
    return found ? this.sameRequest(found, claim) : null;
  }

  /** The pre-flight: reads only. */
  async preflight(request: OperationRequest): Promise<PreflightReport> {
    const id = newOperationId(request.siteId);
    // Only asked for, it is no emergency yet.
    const { report } = await inLane('ACTION', () => this.examination.examine(request, id));
    return report;
  }

  /**
   * Pre-flight, then acceptance in one atomic step. After it returned, the operation ends in a verdict or in
   * UNKNOWN, whatever happens to this process or to the store. Throws `ProblemError` when it is not accepted.
   */
  async accept(request: OperationRequest, claim: IdempotencyClaim): Promise<Accepted> {
    this.refuseWrongClock();
    const id = newOperationId(request.siteId);
    const { provider, locks, composite, expected, report } = await this.examination.examine(request, id);
    if (!report.allowed) {
      // The same request at the same moment may have been accepted: what stands in the way is then its twin.
      const twin = await this.replayed(claim);
      if (twin) return { operation: twin, replayed: true };
      throw refusalOf(report);
    }
    // The clock may have been set during the look.
    this.refuseWrongClock();
    const operation = newOperation(id, request, {
      provider: provider.descriptor.provider,
      target: report.target,
      lockedGroupIds: locks,
      composite,
      expected,
      now: isoTime(this.clock.now()),
    });
    let acceptance: Acceptance;
    try {
      acceptance = await this.store.accept(operation, claim);
    } catch (error) {
      if (!(error instanceof NotDurableError)) throw error;
      const kept = await this.withdrawal.take(operation, error);
      return { operation: await this.promisedAgain(kept, claim), replayed: false };
    }
    switch (acceptance.kind) {
      case 'EXISTS':
        return { operation: await this.sameRequest(acceptance, claim), replayed: true };
      case 'BUSY': {
        const twin = await this.replayed(claim);
        if (twin) return { operation: twin, replayed: true };
        throw busy(acceptance.heldBy, outsideBy(await this.store.find(acceptance.heldBy)));
      }
      case 'ACCEPTED':
        await this.doorbells.ringSubmission(id, turnOf(operation));
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
    refuseNewer(operation);
    // Asked already; again only when it is not known whether the first asking arrived.
    const asked = operation.state === 'CANCELLING' && operation.cancel?.state !== 'AMBIGUOUS';
    if (asked) await this.askStepAgain(operation, requestedBy);
    if (asked || operation.state === 'CANCELLED') return operation;
    const provider = this.providers.find(operation.siteId);
    if (operation.state !== 'PENDING' && (isVerdict(operation.state) || !this.isStoppable(operation))) {
      throw new ProblemError(
        problem(
          'cancel-not-supported',
          isVerdict(operation.state)
            ? `The operation has already ended: ${operation.state}.`
            : `${provider?.descriptor.title ?? operation.provider} cannot stop ${operation.action} once it has begun.`,
        ),
      );
    }
    const changed = await this.askStop(id, requestedBy);
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
    return changed;
  }

  /** The stop of a composite was passed on once; a step that goes on all the same is asked anew by whoever means it still. */
  private async askStepAgain({ composite }: Operation, requestedBy: string): Promise<void> {
    const id = composite?.find(({ state }) => state === 'RUNNING')?.operationId;
    const step = id ? await this.store.find(id) : null;
    if (step?.cancel?.state === 'REFUSED' || step?.cancel?.state === 'AMBIGUOUS')
      await this.askStop(step.id, requestedBy);
  }

  /** null = it cannot be asked for now. */
  private async askStop(id: string, requestedBy: string): Promise<Operation | null> {
    const request = { requestedBy, requestedTime: isoTime(this.clock.now()) };
    const changed = await this.store.transition(id, { kind: 'CANCEL_REQUESTED', request });
    if (changed?.state === 'CANCELLING') await this.doorbells.ringSubmission(id, turnOf(changed));
    else if (changed) await ringParent(this.doorbells, changed);
    return changed;
  }

  /** Whether it could be stopped once it has begun: a composite always between two steps, else if its upstream can. */
  isStoppable(operation: Operation): boolean {
    if (operation.composite) return true;
    return this.providers.find(operation.siteId)?.cancelCall(operation.command) != null;
  }

  /**
   * Lets the upstream go on past a prompt. The same answer again, by whomever, is the same answer; it is sent anew
   * only when it is not known whether the first one arrived, or it was refused. The operation waits until the
   * upstream is seen to go on.
   */
  async answerPrompt(id: string, promptId: string, requestedBy: string): Promise<Operation> {
    const operation = await this.get(id);
    refuseNewer(operation);
    if (isAnswered(operation, promptId)) return operation;
    const provider = this.providers.find(operation.siteId);
    if (!provider?.descriptor.capabilities.prompts) {
      const title = provider?.descriptor.title ?? operation.provider;
      throw noSuchPrompt(`${title} asks nothing that could be answered through the gateway.`);
    }
    const changed = await this.store.transition(id, {
      kind: 'INPUT_REQUESTED',
      request: { promptId, requestedBy, requestedTime: isoTime(this.clock.now()) },
    });
    if (!changed) {
      const now = await this.get(id);
      if (isAnswered(now, promptId)) return now;
      throw refusedAnswer(now, promptId);
    }
    await this.doorbells.ringSubmission(id, turnOf(changed));
    return changed;
  }

  /** Who began an operation, if not through the gateway; for what is said of a group that it holds. */
  async outsideBy(id: string): Promise<string | null> {
    return outsideBy(await this.store.find(id));
  }

  /** The operations that hold any of these groups. */
  holdersOf(siteId: string, groupIds: readonly string[]): Promise<Map<string, string>> {
    return this.store.holders(siteId, groupIds);
  }

  private refuseWrongClock(): void {
    const fault = this.skew?.fault() ?? null;
    if (fault === null) return;
    throw new ProblemError(problem('unhealthy', `${fault} Nothing is accepted meanwhile.`));
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
    const operation = await this.get(found.operationId);
    return isVerdict(operation.state) ? operation : this.promisedAgain(operation, claim);
  }

  /**
   * Whoever asked first may not have been promised it, and may have been: what was written is made safe once more. It is
   * not taken back if that fails.
   */
  private async promisedAgain(operation: Operation, claim: IdempotencyClaim): Promise<Operation> {
    try {
      await this.store.accept(operation, claim);
      return operation;
    } catch (error) {
      if (!(error instanceof NotDurableError)) throw error;
      throw new ProblemError(standing(operation, error));
    }
  }
}

/** Whether this prompt has its answer already, or it is on its way. */
function isAnswered({ input }: Operation, promptId: string): boolean {
  return input?.promptId === promptId && ['REQUESTED', 'SENDING', 'ACCEPTED'].includes(input.state);
}

function refusedAnswer({ state, prompts, input }: Operation, promptId: string): ProblemError {
  if (state !== 'WAITING_FOR_INPUT')
    return noSuchPrompt(`The operation is ${state}; it waits for no answer.`);
  if (prompts.some(({ id }) => id === promptId) && input) {
    return noSuchPrompt(`The answer to the prompt ${input.promptId} is still on its way.`, true);
  }
  return noSuchPrompt(`The operation waits for another prompt: ${prompts.map(({ id }) => id).join(', ')}.`);
}

function noSuchPrompt(detail: string, retryable = false): ProblemError {
  return new ProblemError(problem('no-such-prompt', detail, { retryable }));
}
