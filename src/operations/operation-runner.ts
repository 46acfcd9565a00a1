import { v7 as uuidv7 } from 'uuid';
import type { UpstreamCall, UpstreamRef } from '../domain/action-command.js';
import type { Change } from '../domain/operation-change.js';
import { isNewer } from '../domain/operation-schema.js';
import { isVerdict, type Operation, type SubmittedCall } from '../domain/operation.js';
import { problem, type Problem } from '../domain/problem.js';
import type { ClockSkew } from '../platform/clock-skew.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import type { Preparation } from '../providers/provider-driver.js';
import { ProviderError } from '../providers/provider-error.js';
import { refusalProblem } from '../providers/provider-problem.js';
import type { Provider } from '../providers/provider.js';
import type { ProviderRegistry } from '../providers/registry.js';
import { CompositeRunner } from './composite-runner.js';
import type { Doorbells } from './doorbells.js';
import { OpenGuard } from './guard/open-guard.js';
import { StoreGuardedError, type StoreGuard } from './guard/store-guard.js';
import { changedBefore, objectionTo } from './last-look.js';
import { NotDurableError } from './not-durable.js';
import { siteOfOperation } from './operation-id.js';
import type { OperationStore } from './operation-store.js';
import type { SendMarks } from './journal/send-marks.js';
import { isAnswering } from './open-requests.js';
import { ringParent } from './parent-bell.js';
import { RequestSender } from './request-sender.js';
import { mayBeSentAgain, Sending, type Look } from './sending.js';
import type { Next, OperationSettings } from './settings.js';
import { SENDER_ENDED, takenBack } from './taken-back.js';

export type AroundStep = (operation: Operation, step: () => Promise<Next>) => Promise<Next>;

/** One send: of which call, by which intent, upon which look. */
interface Attempted {
  call: UpstreamCall;
  callIndex: number;
  attemptId: string;
  look: Look;
}

/**
 * Takes an accepted operation to the upstream, by the submission protocol: observe, intent, send once,
 * classify. Knows no queue: whoever rings calls `submit` again after the time it asks for.
 *
 * Any number of runners may be called for one operation at once, by mistake or after a crash: a send is
 * preceded by a compare-and-set that only one of them wins, and followed by no second one, ever, unless
 * it is certain that nothing was sent.
 */
export class OperationRunner {
  private readonly sending: Sending;
  private readonly requests: RequestSender;
  private readonly composites: CompositeRunner;
  /** Told once each. */
  private readonly newer = new Set<string>();

  constructor(
    private readonly store: OperationStore,
    private readonly providers: ProviderRegistry,
    private readonly clock: Clock,
    private readonly settings: OperationSettings,
    private readonly log: Log,
    private readonly doorbells: Doorbells,
    guard: StoreGuard = new OpenGuard(),
    /** While the clock is wrong, nothing is sent, given up or rejected; absent = nobody measures it. */
    skew?: Pick<ClockSkew, 'fault'>,
    /** What surrounds each step of an operation: whose lines the log's are, and which trace goes on. */
    private readonly around: AroundStep = (_operation, step) => step(),
    /** Where a sender says when its request leaves; absent = of one that vanished only evidence tells. */
    private readonly marks?: SendMarks,
  ) {
    this.sending = new Sending(store, clock, settings, guard, skew);
    this.requests = new RequestSender(store, this.sending, clock, settings, log);
    this.composites = new CompositeRunner(store, doorbells, clock, settings, log);
  }

  async submit(operationId: string): Promise<Next> {
    const look = this.sending.look(siteOfOperation(operationId) ?? '');
    const operation = await this.store.find(operationId);
    if (!operation || isVerdict(operation.state)) return 'NOTHING';
    if (isNewer(operation)) return this.leaveAlone(operation);
    const next = await this.around(operation, () => this.advanceOrWait(operation, look));
    if (operation.parentId && next === 'DONE') {
      await ringParent(this.doorbells, await this.store.find(operationId));
    }
    return next;
  }

  /** A worker of the version that wrote it hears the next bell, or the one after. */
  private leaveAlone({ id, siteId, schema }: Operation): Next {
    if (!this.newer.has(id)) {
      this.newer.add(id);
      this.log.warn(
        { operationId: id, siteId, schema },
        'a record of a newer version is left to that version',
      );
    }
    return 'NOTHING';
  }

  private async advanceOrWait(operation: Operation, look: Look): Promise<Next> {
    try {
      return await this.advance(operation, look);
    } catch (error) {
      if (error instanceof StoreGuardedError) return { againInMs: error.retryAfterMs };
      if (!(error instanceof NotDurableError)) throw error;
      const waitMs = this.sending.backOff(operation.createdTime, null);
      this.log.warn({ operationId: operation.id, siteId: operation.siteId }, error.message);
      return { againInMs: waitMs };
    }
  }

  private async advance(operation: Operation, look: Look): Promise<Next> {
    const provider = this.providers.find(operation.siteId);
    if (!provider) {
      this.log.error(
        { operationId: operation.id, siteId: operation.siteId },
        'the site of an unfinished operation is not configured',
      );
      return { againInMs: 60_000 };
    }
    // What a store that lost something says of an operation is no ground for anything, be it to call a sender dead.
    look.checkStore();
    if (operation.composite) return this.composites.advance(operation, provider);
    if (operation.state === 'CANCELLING') return this.requests.sendCancel(operation, provider, look);
    if (isAnswering(operation)) return this.requests.sendInput(operation, provider, look);
    if (operation.state !== 'PENDING' && operation.state !== 'SUBMITTING') return 'NOTHING';

    const sending = operation.calls.find((call) => call.state === 'SENDING');
    if (sending) return this.afterVanishedSender(operation, sending);
    look.checkClock();
    const wait = operation.notBefore ? Date.parse(operation.notBefore) - this.clock.now() : 0;
    if (wait > 0) return { againInMs: wait };
    if (this.tooLate(operation)) return this.giveUp(operation, look);
    look.checkSend();
    return this.sendNext(operation, provider, look);
  }

  /**
   * A sender that is past its time is dead or cut off; whether it sent is for its mark to say, or else for the evidence. One
   * that has made no mark when it may not send any more is not waited for.
   */
  private async afterVanishedSender(operation: Operation, sending: SubmittedCall): Promise<Next> {
    const attempt = sending.attempt;
    if (attempt && this.sending.isAbandoned(attempt.id)) {
      return this.takeBack(operation, attempt.id, 'the store was away.');
    }
    const left = attempt ? Date.parse(attempt.overBy) - this.clock.now() : 0;
    if (attempt && left > 0) {
      const isMarking = this.marks?.canTellOf(attempt) ?? false;
      const mayStillLeave = isMarking ? left - this.settings.submitTimeoutMs : left;
      if (mayStillLeave > 0) return { againInMs: mayStillLeave };
      if (!(await this.marks?.isUnmarked(attempt))) return { againInMs: left };
    }
    const revoked = await this.store.transition(operation.id, {
      kind: 'AMBIGUOUS',
      attemptId: attempt?.id ?? '',
      evidence: 'The process that was sending the request ended before it wrote down an answer.',
    });
    // Asked again: from here on no mark leads to a send.
    if (revoked && attempt && (await this.marks?.isUnmarked(attempt))) {
      return this.takeBack(operation, attempt.id, SENDER_ENDED);
    }
    return 'DONE';
  }

  private async sendNext(operation: Operation, provider: Provider, look: Look): Promise<Next> {
    let preparation: Preparation | null = null;
    // Looked at anew before each first send, however often it was tried: time passes between two tries.
    if (operation.calls.every((call) => call.state === 'PENDING')) {
      try {
        preparation = await provider.prepare(operation.command, operation.id);
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        return error.retry === 'TEMPORARY'
          ? this.delay(operation, error)
          : this.reject(operation, changedBefore(error, provider), look);
      }
      const objection = objectionTo(operation, preparation, provider);
      if (objection) return this.reject(operation, objection, look);
    }
    const calls = preparation ? preparation.calls.map(pendingCall) : operation.calls;
    const callIndex = calls.findIndex((call) => call.state === 'PENDING');
    const call = calls[callIndex];
    if (!call) return 'DONE';

    const attemptId = uuidv7();
    const intent: Change = {
      kind: 'INTENT',
      callIndex,
      attempt: {
        id: attemptId,
        intentTime: isoTime(this.clock.now()),
        overBy: this.sending.overBy(),
        ...(this.marks?.journalId ? { journalId: this.marks.journalId } : {}),
      },
      ...(preparation
        ? {
            preparation: {
              before: preparation.resource,
              baseline: preparation.baseline,
              calls,
              warnings: preparation.warnings,
            },
          }
        : {}),
    };
    const intended = await this.sending.intend(operation, intent, () =>
      this.notSent(operation, attemptId, 'the intent to send could not be made safe.'),
    );
    if (!intended) return { againInMs: this.settings.pollIntervalMs };
    return this.send(intended, provider, { call: call.call, callIndex, attemptId, look });
  }

  private async send(
    operation: Operation,
    provider: Provider,
    { call, callIndex, attemptId, look }: Attempted,
  ): Promise<Next> {
    const isOurs = ({ version, calls }: Operation): boolean =>
      version === operation.version &&
      calls[callIndex]?.state === 'SENDING' &&
      calls[callIndex].attempt?.id === attemptId;
    let ref: UpstreamRef;
    try {
      const mark = this.marks && (() => this.marks?.mark(operation.id, attemptId) ?? Promise.resolve());
      ref = await provider.start(call, this.sending.gate(look, operation.id, isOurs, mark));
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return this.afterFailedSend(operation, provider, attemptId, error);
    }
    const accepted = await this.sending.writeDown(operation.id, { kind: 'ACCEPTED', attemptId, ref });
    return accepted?.state === 'SUBMITTING' ? { againInMs: 0 } : 'DONE';
  }

  private async afterFailedSend(
    operation: Operation,
    provider: Provider,
    attemptId: string,
    error: ProviderError,
  ): Promise<Next> {
    this.log.warn(
      {
        operationId: operation.id,
        siteId: operation.siteId,
        delivery: error.delivery,
        upstream: error.upstream,
      },
      error.message,
    );
    if (mayBeSentAgain(error)) {
      const waitMs = this.sending.backOff(operation.createdTime, error.retryAfterMs);
      await this.sending.writeDown(operation.id, {
        ...takenBack(attemptId, this.clock.now() + waitMs, error.message),
        ...heldBack(error, waitMs),
      });
      return { againInMs: waitMs };
    }
    if (error.delivery === 'REFUSED') {
      const after = await this.sending.writeDown(operation.id, {
        kind: 'REFUSED',
        attemptId,
        problem: refusalProblem(error, provider),
      });
      return after?.state === 'SUBMITTING' ? { againInMs: 0 } : 'DONE';
    }
    await this.sending.writeDown(operation.id, { kind: 'AMBIGUOUS', attemptId, evidence: error.message });
    return 'DONE';
  }

  private notSent(operation: Operation, attemptId: string, why: string): ReturnType<typeof takenBack> {
    const waitMs = this.sending.backOff(operation.createdTime, null);
    return takenBack(attemptId, this.clock.now() + waitMs, why);
  }

  private async takeBack(operation: Operation, attemptId: string, why: string): Promise<Next> {
    const change = this.notSent(operation, attemptId, why);
    await this.sending.writeDown(operation.id, change);
    return { againInMs: Math.max(0, Date.parse(change.notBefore) - this.clock.now()) };
  }

  /** What waited for our own budget alone has not used up its time: it goes out at the pace of the budget, however late. */
  private tooLate({ createdTime, heldBackMs = 0 }: Operation): boolean {
    return this.clock.now() - Date.parse(createdTime) - heldBackMs > this.settings.startDeadlineMs;
  }

  /** What was never sent is not going to be; what was accepted is watched to its end. */
  private async giveUp(operation: Operation, look: Look): Promise<Next> {
    const reason = problem(
      'not-started',
      `Nothing could be sent to ${operation.siteId} until the start deadline.`,
    );
    if (operation.calls.every((call) => call.state === 'PENDING')) {
      return this.reject(operation, reason, look);
    }
    look.checkClock();
    await this.store.transitionFrom(operation, { kind: 'GIVEN_UP', problem: reason });
    return 'DONE';
  }

  private async delay(operation: Operation, error: ProviderError): Promise<Next> {
    const waitMs = this.sending.backOff(operation.createdTime, error.retryAfterMs);
    await this.store.transitionFrom(operation, {
      kind: 'DELAYED',
      notBefore: isoTime(this.clock.now() + waitMs),
      ...heldBack(error, waitMs),
      text: `The site cannot be read: ${error.message}`,
    });
    return { againInMs: waitMs };
  }

  private async reject(operation: Operation, reason: Problem, look: Look): Promise<Next> {
    look.checkClock();
    await this.store.transitionFrom(operation, {
      kind: 'VERDICT',
      state: 'REJECTED',
      outcome: 'NONE',
      problem: reason,
      text: reason.detail,
    });
    return 'DONE';
  }
}

function pendingCall(call: UpstreamCall): SubmittedCall {
  return { call, state: 'PENDING', attempt: null, ref: null, adopted: false };
}

function heldBack(error: ProviderError, waitMs: number): { heldBackMs?: number } {
  return error.heldBack ? { heldBackMs: waitMs } : {};
}
