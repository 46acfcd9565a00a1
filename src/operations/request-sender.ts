import type { UpstreamCall } from '../domain/action-command.js';
import type { RequestAnswer } from '../domain/operation-change.js';
import { isVerdict, type CancelRequest, type Operation } from '../domain/operation.js';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import type { SendGate } from '../providers/provider-driver.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { OperationStore } from './operation-store.js';
import { mayBeSentAgain, type Look, type Sending } from './sending.js';
import type { Next, OperationSettings } from './settings.js';

const NOT_SAFE = 'The intent to send it could not be made safe. It will be tried again.';

interface Answered {
  state: RequestAnswer;
  detail: string | null;
  /** With REQUESTED: when to try again. */
  againInMs: number;
}

/**
 * Carries what people ask of a running operation to its upstream: to stop, or to go on past a prompt. Each by the same
 * protocol as the operation itself: a compare-and-set that one runner wins, one send, one answer written down.
 */
export class RequestSender {
  constructor(
    private readonly store: OperationStore,
    private readonly sending: Sending,
    private readonly clock: Clock,
    private readonly settings: OperationSettings,
    private readonly log: Log,
  ) {}

  async sendCancel(operation: Operation, provider: Provider, look: Look): Promise<Next> {
    const { cancel } = operation;
    if (cancel?.state === 'SENDING') {
      const left = this.timeLeft(cancel.overBy);
      if (left > 0) return { againInMs: left };
      await this.store.transition(operation.id, {
        kind: 'CANCEL_ANSWERED',
        state: 'AMBIGUOUS',
        detail: 'The process that was asking the upstream to stop ended.',
        overBy: cancel.overBy,
      });
      return 'DONE';
    }
    const call = provider.cancelCall(operation.command);
    if (cancel?.state !== 'REQUESTED' || !call) return 'NOTHING';
    look.checkClock();
    if (this.isTooLate(cancel)) return this.lapse(operation, 'CANCEL', 'The wish to stop');
    look.checkSend();
    const overBy = this.sending.overBy();
    const sending = await this.sending.intend(operation, { kind: 'CANCEL_SENDING', overBy }, () => ({
      kind: 'CANCEL_ANSWERED',
      state: 'REQUESTED',
      detail: NOT_SAFE,
      overBy,
    }));
    if (!sending) return { againInMs: this.settings.pollIntervalMs };
    // What is observed meanwhile may be written, too.
    const gate = this.sending.gate(
      look,
      operation.id,
      (now) => !isVerdict(now.state) && now.cancel?.state === 'SENDING' && now.cancel.overBy === overBy,
    );
    const { state, detail, againInMs } = await this.send(operation, provider, call, gate);
    await this.sending.writeDown(operation.id, { kind: 'CANCEL_ANSWERED', state, detail, overBy });
    return state === 'REQUESTED' ? { againInMs } : 'DONE';
  }

  async sendInput(operation: Operation, provider: Provider, look: Look): Promise<Next> {
    const { input } = operation;
    if (!input) return 'NOTHING';
    const { promptId } = input;
    if (input.state === 'SENDING') {
      const left = this.timeLeft(input.overBy);
      if (left > 0) return { againInMs: left };
      await this.store.transition(operation.id, {
        kind: 'INPUT_ANSWERED',
        promptId,
        state: 'AMBIGUOUS',
        detail: 'The process that was carrying the answer ended.',
        overBy: input.overBy,
      });
      return 'DONE';
    }
    const call = provider.answerCall(operation.command, promptId);
    if (input.state !== 'REQUESTED' || !call) return 'NOTHING';
    look.checkClock();
    if (this.isTooLate(input)) return this.lapse(operation, 'INPUT', 'The answer');
    look.checkSend();
    const overBy = this.sending.overBy();
    const sending = await this.sending.intend(operation, { kind: 'INPUT_SENDING', promptId, overBy }, () => ({
      kind: 'INPUT_ANSWERED',
      promptId,
      state: 'REQUESTED',
      detail: NOT_SAFE,
      overBy,
    }));
    if (!sending) return { againInMs: this.settings.pollIntervalMs };
    const gate = this.sending.gate(
      look,
      operation.id,
      (now) =>
        !isVerdict(now.state) &&
        now.input?.state === 'SENDING' &&
        now.input.promptId === promptId &&
        now.input.overBy === overBy,
    );
    const { state, detail, againInMs } = await this.send(operation, provider, call, gate, {
      gone: 'The upstream no longer asks.',
    });
    await this.sending.writeDown(operation.id, { kind: 'INPUT_ANSWERED', promptId, state, detail, overBy });
    return state === 'REQUESTED' ? { againInMs } : 'DONE';
  }

  /** By now something else may run there than what was meant. */
  private isTooLate({ requestedTime }: Pick<CancelRequest, 'requestedTime'>): boolean {
    return this.clock.now() - Date.parse(requestedTime) > this.settings.startDeadlineMs;
  }

  private async lapse(operation: Operation, request: 'CANCEL' | 'INPUT', what: string): Promise<Next> {
    const minutes = Math.round(this.settings.startDeadlineMs / 60_000);
    const detail = `${what} was not taken for ${minutes} minutes, and is not sent any more; ask again if it is still meant.`;
    const { id: operationId, siteId } = operation;
    const lapsed = await this.store.transitionFrom(operation, { kind: 'REQUEST_LAPSED', request, detail });
    if (lapsed) this.log.warn({ operationId, siteId }, detail);
    return 'DONE';
  }

  /** @param done.gone what it means that the upstream refuses because what is meant is no more; absent = a refusal */
  private async send(
    operation: Operation,
    provider: Provider,
    call: UpstreamCall,
    gate: SendGate,
    done: { gone?: string } = {},
  ): Promise<Answered> {
    try {
      await provider.start(call, gate);
      return { state: 'ACCEPTED', detail: null, againInMs: 0 };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { message: detail } = error;
      if (mayBeSentAgain(error)) {
        const againInMs = this.sending.backOff(operation.createdTime, error.retryAfterMs);
        return { state: 'REQUESTED', detail, againInMs };
      }
      if (error.delivery !== 'REFUSED') return { state: 'AMBIGUOUS', detail, againInMs: 0 };
      return error.kind === 'NOT_FOUND' && done.gone
        ? { state: 'ACCEPTED', detail: done.gone, againInMs: 0 }
        : { state: 'REFUSED', detail, againInMs: 0 };
    }
  }

  private timeLeft(overBy: string | null): number {
    return overBy ? Date.parse(overBy) - this.clock.now() : 0;
  }
}
