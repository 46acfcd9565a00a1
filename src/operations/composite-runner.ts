import type { ActionCommand } from '../domain/action-command.js';
import { expectationOf } from '../domain/expected-target.js';
import { parsePublicId } from '../domain/ids.js';
import { commandOfStep, endOfComposite, isAtItsEnd, reasonToSkip } from '../domain/operation-composite.js';
import { isNewer } from '../domain/operation-schema.js';
import { isVerdict, type CompositeStep, type Operation } from '../domain/operation.js';
import { problem, type Problem } from '../domain/problem.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import type { Preparation } from '../providers/provider-driver.js';
import { ProviderError } from '../providers/provider-error.js';
import { providerProblem } from '../providers/provider-problem.js';
import type { Provider } from '../providers/provider.js';
import { locksOf, targetOf } from './command-places.js';
import { problemOfComposite, warningsOf, wordsOf } from './composite-end.js';
import type { Doorbells } from './doorbells.js';
import { newOperation } from './new-operation.js';
import { newOperationId } from './operation-id.js';
import type { OperationStore } from './operation-store.js';
import { Sending } from './sending.js';
import type { Next, OperationSettings } from './settings.js';
import { stepSight } from './step-sight.js';
import { turnOf } from './urgency.js';

/**
 * Leads an operation that is made of others through its steps: one at a time, each an ordinary operation that the
 * other runners take to the upstream. It sends nothing itself, and keeps nothing: every call takes one step of what
 * the record says and is written by compare-and-set, so any number of these may be called at once, or die.
 */
export class CompositeRunner {
  private readonly sending: Sending;

  constructor(
    private readonly store: OperationStore,
    private readonly doorbells: Doorbells,
    private readonly clock: Clock,
    private readonly settings: OperationSettings,
    private readonly log: Log,
  ) {
    this.sending = new Sending(store, clock, settings);
  }

  async advance(parent: Operation, provider: Provider): Promise<Next> {
    const steps = parent.composite ?? [];
    if (parent.state === 'PENDING') return this.written(parent, { kind: 'COMPOSITE_BEGUN' });
    const running = steps.findIndex((step) => step.state === 'RUNNING');
    if (running >= 0) return this.follow(parent, running, provider);
    // Whoever decides about it is a person; nothing more is begun.
    if (parent.state === 'UNKNOWN') return 'NOTHING';
    if (isAtItsEnd(parent)) return this.conclude(parent);
    const wait = parent.notBefore ? Date.parse(parent.notBefore) - this.clock.now() : 0;
    if (wait > 0) return { againInMs: wait };
    const index = steps.findIndex((step) => step.state === 'PENDING');
    const reason = reasonToSkip(steps, index);
    const command = commandOfStep(steps, index);
    if (reason !== null || !command)
      return this.stepEnded(parent, index, { state: 'SKIPPED', detail: reason });
    return this.begin(parent, index, command, provider);
  }

  private async begin(
    parent: Operation,
    index: number,
    command: ActionCommand,
    provider: Provider,
  ): Promise<Next> {
    const { siteId } = parent;
    const id = newOperationId(siteId);
    let preparation: Preparation;
    try {
      preparation = await provider.prepare(command, id);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const reason = providerProblem(error, provider);
      return error.retry === 'TEMPORARY'
        ? this.wait(parent, index, { reason, retryAfterMs: error.retryAfterMs, heldBack: error.heldBack })
        : this.stepFailed(parent, index, reason);
    }
    const sight = stepSight(command, preparation, provider.descriptor.lifecycle);
    if (sight.kind === 'ALREADY_SO')
      return this.stepEnded(parent, index, { state: 'SUCCEEDED', outcome: 'FULL', detail: sight.detail });
    if (sight.kind === 'WAIT') return this.wait(parent, index, sight);
    if (sight.kind === 'BLOCKED') return this.stepFailed(parent, index, sight.reason);

    const lockedGroupIds = locksOf(siteId, command, preparation);
    const { requestedBy, reason: why, requestId, traceparent } = parent;
    const step = newOperation(
      id,
      {
        siteId,
        command,
        targetName: null,
        requestedBy,
        reason: why,
        requestId,
        ...(traceparent !== undefined && { traceparent }),
      },
      {
        provider: parent.provider,
        target: targetOf(siteId, command, preparation, parent.composite?.[index]?.title ?? null),
        lockedGroupIds,
        now: isoTime(this.clock.now()),
        parentId: parent.id,
        expected: expectationOf(provider.descriptor.lifecycle, command.action, preparation.resource),
      },
    );
    const start = { kind: 'STEP_STARTED', index, operationId: id, lockedGroupIds } as const;
    const acceptance = await this.store.acceptStep(step, parent, start);
    if (acceptance.kind === 'BUSY') {
      const detail = `Operation ${acceptance.heldBy} holds what this step acts upon.`;
      return this.wait(parent, index, { reason: problem('operation-in-progress', detail) });
    }
    if (acceptance.kind === 'STALE') return { againInMs: this.settings.pollIntervalMs };
    await this.doorbells.ringSubmission(id);
    return { againInMs: this.settings.pollIntervalMs };
  }

  /** Sees to the operation that the current step is. */
  private async follow(parent: Operation, index: number, provider: Provider): Promise<Next> {
    const step = parent.composite?.[index];
    const child = step?.operationId ? await this.store.find(step.operationId) : null;
    if (!step || !child) {
      this.log.error({ operationId: parent.id, index }, 'the operation of a step cannot be found');
      return { againInMs: 60_000 };
    }
    if (isNewer(child)) return { againInMs: 60_000 };
    if (isVerdict(child.state)) return this.afterEnd(parent, index, child);
    if (parent.state === 'CANCELLING') await this.passCancelOn(parent, child, provider);
    await this.store.transitionFrom(parent, {
      kind: 'STEP_SEEN',
      index,
      seen: {
        progressPercent: child.progressPercent,
        detail: wordsOf(child),
        warnings: warningsOf(parent, step.title, child),
        overdue: child.overdue,
        stalled: child.stalled,
      },
    });
    return { againInMs: this.settings.pollIntervalMs };
  }

  private async passCancelOn(parent: Operation, child: Operation, provider: Provider): Promise<void> {
    if (child.cancel || (child.state !== 'PENDING' && !provider.cancelCall(child.command))) return;
    const asked = await this.store.transition(child.id, {
      kind: 'CANCEL_REQUESTED',
      request: {
        requestedBy: parent.cancel?.requestedBy ?? parent.requestedBy,
        requestedTime: isoTime(this.clock.now()),
      },
    });
    if (!asked) return;
    if (asked.state === 'CANCELLED') await this.doorbells.ringSubmission(parent.id);
    else await this.doorbells.ringSubmission(child.id, turnOf(asked));
  }

  private afterEnd(parent: Operation, index: number, child: Operation): Promise<Next> {
    const { outcome, error, target } = child;
    const step = parent.composite?.[index];
    // Nothing was begun, and what stood in the way may pass: it is looked at anew, while there is time.
    const mayPass = error?.retryable || error?.code === 'state-changed';
    const again = child.state === 'REJECTED' && mayPass && parent.state === 'RUNNING';
    if (again && step && !this.isTooLate(step)) {
      return this.wait(parent, index, { reason: error, operationId: child.id });
    }
    const made = child.result && target.id ? parsePublicId(target.id) : null;
    return this.stepEnded(parent, index, {
      state: child.state === 'SUCCEEDED' || child.state === 'CANCELLED' ? child.state : 'FAILED',
      outcome,
      detail: wordsOf(child),
      error,
      created: made && target.id ? { type: target.type, id: target.id, nativeId: made.nativeId } : null,
    });
  }

  private async wait(
    parent: Operation,
    index: number,
    { reason, operationId = null, retryAfterMs = null, heldBack = false }: Obstacle,
  ): Promise<Next> {
    const step = parent.composite?.[index];
    // While our own budget refuses, time does not run out.
    if (step && !heldBack && this.isTooLate(step)) return this.stepFailed(parent, index, reason);
    const now = isoTime(this.clock.now());
    const waitMs = this.sending.backOff(step?.triedSince ?? now, retryAfterMs);
    await this.store.transitionFrom(parent, {
      kind: 'STEP_WAITING',
      index,
      operationId,
      since: now,
      notBefore: isoTime(this.clock.now() + waitMs),
      detail: `${reason.detail} It is tried again.`,
    });
    return { againInMs: waitMs };
  }

  private isTooLate({ triedSince }: CompositeStep): boolean {
    return triedSince !== null && this.clock.now() - Date.parse(triedSince) > this.settings.startDeadlineMs;
  }

  private stepFailed(parent: Operation, index: number, error: Problem): Promise<Next> {
    return this.stepEnded(parent, index, { state: 'FAILED', outcome: 'NONE', detail: error.detail, error });
  }

  private stepEnded(
    parent: Operation,
    index: number,
    end: Partial<StepEnd> & Pick<StepEnd, 'state'>,
  ): Promise<Next> {
    const nothing = { outcome: null, detail: null, error: null, created: null };
    return this.written(parent, { kind: 'STEP_ENDED', index, ...nothing, ...end });
  }

  private async conclude(parent: Operation): Promise<Next> {
    const { state, outcome } = endOfComposite(parent);
    const reason = state === 'FAILED' ? problemOfComposite(parent) : null;
    await this.store.transitionFrom(parent, {
      kind: 'VERDICT',
      state,
      outcome,
      problem: reason,
      text: reason?.detail ?? (state === 'SUCCEEDED' ? 'Every step is done.' : 'It was stopped on request.'),
    });
    return 'DONE';
  }

  /** The record tells what is next, whether this one wrote it or another did; at once only if this one has. */
  private async written(
    parent: Operation,
    change: Parameters<OperationStore['transition']>[1],
  ): Promise<Next> {
    const written = await this.store.transitionFrom(parent, change);
    return { againInMs: written ? 0 : this.settings.pollIntervalMs };
  }
}

type StepEnd = Omit<
  Extract<Parameters<OperationStore['transition']>[1], { kind: 'STEP_ENDED' }>,
  'kind' | 'index'
>;

interface Obstacle {
  reason: Problem;
  /** The operation that was refused for it. */
  operationId?: string | null;
  retryAfterMs?: number | null;
  /** By our own budget alone. */
  heldBack?: boolean;
}
