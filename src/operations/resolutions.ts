import type { Change } from '../domain/operation-change.js';
import {
  contradictionOf,
  externalContradictionOf,
  mayBeSettled,
  shows,
  type ResolutionSight,
} from '../domain/operation-resolution.js';
import { isVerdict, type CompositeStep, type Operation, type Resolution } from '../domain/operation.js';
import { problem, ProblemError, type Problem } from '../domain/problem.js';
import { operationPath } from '../domain/resource-paths.js';
import { isoTime, type Clock } from '../platform/clock.js';
import { ProviderError } from '../providers/provider-error.js';
import { providerProblem } from '../providers/provider-problem.js';
import type { Provider } from '../providers/provider.js';
import type { ProviderRegistry } from '../providers/registry.js';
import type { Doorbells } from './doorbells.js';
import { nextActionsAfter } from './next-actions.js';
import type { OperationStore } from './operation-store.js';
import { ringParent } from './parent-bell.js';
import { refuseNewer } from './refusals.js';
import type { OperationSettings } from './settings.js';

export type ResolutionWish = Pick<Resolution, 'verdict' | 'reason'>;

/** How often it is looked at anew when the record was written by somebody else meanwhile. */
const MOST_LOOKS = 3;

/**
 * A person's verdict on an operation that is UNKNOWN, or was begun outside and does not end. The upstream is looked at first, and what it contradicts is not
 * written; nothing is sent. Reads only, so it is done where the request is heard.
 */
export class Resolutions {
  constructor(
    private readonly store: OperationStore,
    private readonly providers: ProviderRegistry,
    private readonly doorbells: Doorbells,
    private readonly clock: Clock,
    private readonly settings: Pick<OperationSettings, 'quarantineMs' | 'stalledMs'>,
  ) {}

  /** The same verdict again answers the operation. Throws `ProblemError` for everything that is not settled. */
  async resolve(id: string, wish: ResolutionWish, resolvedBy: string): Promise<Operation> {
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const operation = await this.store.find(id);
      if (!operation) throw new ProblemError(problem('not-found', `There is no operation ${id}.`));
      refuseNewer(operation);
      if (operation.resolution?.verdict === wish.verdict) return operation;
      if (!mayBeSettled(operation)) throw this.notResolvable(operation);
      if (await this.isRidOfLostStep(operation)) continue;
      const change = await this.decided(operation, { ...wish, resolvedBy });
      // Written only upon the version that was looked at: an adoption meanwhile is the better knowledge.
      const closed = await this.store.transitionFrom(operation, change);
      if (closed) {
        await ringParent(this.doorbells, closed);
        return closed;
      }
    }
    throw new ProblemError(
      problem('not-resolvable', 'The operation is being written by others just now.', { retryable: true }),
    );
  }

  /** A step of which no operation is left has no end that could be waited for. */
  private async isRidOfLostStep(parent: Operation): Promise<boolean> {
    if (parent.state !== 'UNKNOWN' || !parent.composite) return false;
    const index = parent.composite.findIndex((step) => step.state === 'RUNNING');
    const childId = parent.composite[index]?.operationId;
    if (!childId || (await this.store.find(childId))) return false;
    const ended = { state: 'FAILED', outcome: null, error: null, created: null } as const;
    const detail = 'No record of its operation is left.';
    return (
      (await this.store.transitionFrom(parent, { kind: 'STEP_ENDED', index, ...ended, detail })) !== null
    );
  }

  private async decided(operation: Operation, wish: Omit<Resolution, 'resolvedTime'>): Promise<Change> {
    if (operation.composite) return this.ofComposite(operation, operation.composite, wish);
    const provider = this.providers.find(operation.siteId);
    const row = provider?.descriptor.lifecycle.actions[operation.action];
    if (!provider || !row) {
      throw unseen(`The site ${operation.siteId} is not configured for it any more`, { retryable: false });
    }
    const sight = await this.look(operation, provider);
    const contradiction = this.contradictionOf(operation, provider, wish.verdict, sight);
    if (contradiction !== null) {
      throw new ProblemError(
        problem('upstream-contradicts', `${contradiction} It cannot be settled as ${wish.verdict}.`, {
          nextActions: [{ title: 'Look at the operation', method: 'GET', href: operationPath(operation.id) }],
        }),
      );
    }
    const { observation } = sight;
    const something = shows(operation, row, observation);
    const reason = reasonOf(wish, something);
    const nextActions = nextActionsAfter(
      operation.target,
      provider.descriptor.lifecycle,
      observation.resource,
    );
    return {
      kind: 'RESOLVED',
      resolution: { ...wish, resolvedTime: isoTime(this.clock.now()) },
      shows: something,
      problem: reason && { ...reason, nextActions },
      createdId: wish.verdict === 'NOT_EXECUTED' ? null : observation.createdId,
    };
  }

  /** It sends nothing itself: what there is to see of it are its steps, each settled by itself. */
  private ofComposite(
    { id }: Operation,
    steps: readonly CompositeStep[],
    wish: Omit<Resolution, 'resolvedTime'>,
  ): Change {
    const running = steps.find((step) => step.state === 'RUNNING');
    const done = steps.find((step) => step.state === 'SUCCEEDED');
    const contradiction = running
      ? `Its step "${running.title}", operation ${running.operationId}, has not ended.`
      : wish.verdict === 'NOT_EXECUTED' && done
        ? `Its step "${done.title}" is done.`
        : null;
    if (contradiction !== null) {
      throw new ProblemError(
        problem('upstream-contradicts', `${contradiction} It cannot be settled as ${wish.verdict}.`, {
          nextActions: [{ title: 'Look at the operation', method: 'GET', href: operationPath(id) }],
        }),
      );
    }
    return {
      kind: 'RESOLVED',
      resolution: { ...wish, resolvedTime: isoTime(this.clock.now()) },
      shows: done !== undefined,
      problem: reasonOf(wish, done !== undefined),
      createdId: null,
    };
  }

  private contradictionOf(
    operation: Operation,
    { descriptor: { lifecycle } }: Provider,
    verdict: Resolution['verdict'],
    sight: ResolutionSight,
  ): string | null {
    if (operation.origin === 'EXTERNAL') {
      const { observation } = sight;
      return externalContradictionOf(operation, lifecycle, verdict, observation, this.hangs(operation));
    }
    const row = lifecycle.actions[operation.action];
    return row ? contradictionOf(operation, row, verdict, sight) : null;
  }

  /** What the reconciler and the watcher would look at, both, once. */
  private async look(operation: Operation, provider: Provider): Promise<ResolutionSight> {
    const { id: operationId, command, baseline, calls } = operation;
    try {
      const findings = [];
      for (const { call, attempt, state } of calls) {
        if (state !== 'AMBIGUOUS') continue;
        const sentTime = attempt?.intentTime ?? operation.updatedTime;
        findings.push(await provider.findStarted({ operationId, command, call, baseline, sentTime }));
      }
      const watched = {
        operationId,
        command,
        baseline,
        calls: calls.map(({ call, ref, adopted }) => ({ call, ref, adopted })),
      };
      const [observation] = await provider.observe([watched]);
      if (observation) return { findings, observation };
      if (this.mayStayUnseen(operation)) return nothingOf(operation);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.retry !== 'TEMPORARY' && this.mayStayUnseen(operation)) return nothingOf(operation);
      const { retryable, upstream } = providerProblem(error, provider);
      throw unseen(error.message.replace(/\.$/, ''), { retryable, ...(upstream ? { upstream } : {}) });
    }
    throw unseen('The site shows nothing of it at the moment', {});
  }

  /** What can never be looked at must not hold its groups for ever, if we have sent nothing. */
  private mayStayUnseen(operation: Operation): boolean {
    return operation.origin === 'EXTERNAL' && this.hangs(operation);
  }

  private hangs({ progressTime }: Operation): boolean {
    return this.clock.now() - Date.parse(progressTime) > this.settings.stalledMs;
  }

  private notResolvable({ state, origin, calls, composite, resolution }: Operation): ProblemError {
    if (isVerdict(state)) {
      const by = resolution ? `, as ${resolution.resolvedBy} settled it: ${resolution.verdict}` : '';
      return refused(`The operation has already ended: ${state}${by}.`);
    }
    if (origin === 'EXTERNAL') return refused('A request of this gateway is on its way to it.', true);
    if (state === 'RECONCILING') {
      const since = calls.find((call) => call.state === 'AMBIGUOUS')?.attempt?.intentTime;
      const over = since ? isoTime(Date.parse(since) + this.settings.quarantineMs) : 'soon';
      return refused(`Evidence is still being gathered; the quarantine is over at ${over}.`, true);
    }
    const running = composite?.find((step) => step.state === 'RUNNING')?.operationId;
    if (!running) return refused(`The operation is ${state}: what becomes of it is not in doubt.`);
    return refused(`The operation is ${state}. What can be in doubt is its step, operation ${running}.`);
  }
}

function nothingOf({ id: operationId }: Operation): ResolutionSight {
  const nothing = { jobs: [], resource: null, progressPercent: null, steps: [], prompts: [], warnings: [] };
  return { findings: [], observation: { operationId, ...nothing, createdId: null, effect: null } };
}

/** What the operation says for itself afterwards; null = it went well. */
function reasonOf({ verdict, reason, resolvedBy }: Omit<Resolution, 'resolvedTime'>, something: boolean) {
  const detail = `${resolvedBy} settled it as ${verdict}: ${reason}`;
  if (verdict === 'SUCCEEDED') return null;
  if (verdict === 'NOT_EXECUTED') return problem('not-executed', detail);
  return problem(something ? 'outcome-partial' : 'upstream-failed', detail);
}

function refused(detail: string, retryable = false): ProblemError {
  return new ProblemError(problem('not-resolvable', detail, { retryable }));
}

function unseen(why: string, more: Partial<Problem>): ProblemError {
  return new ProblemError(
    problem('upstream-unavailable', `${why}. What cannot be looked at is not settled.`, more),
  );
}
