import type { UpstreamCall } from '../domain/action-command.js';
import type { RequestAnswer } from '../domain/operation-change.js';
import type { Operation } from '../domain/operation.js';
import type { Clock } from '../platform/clock.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import type { OperationStore } from './operation-store.js';
import { mayBeSentAgain, type Sending } from './sending.js';
import type { Next, OperationSettings } from './settings.js';

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
  ) {}

  async sendCancel(operation: Operation, provider: Provider): Promise<Next> {
    const { cancel } = operation;
    if (cancel?.state === 'SENDING') {
      const left = this.timeLeft(cancel.overBy);
      if (left > 0) return { againInMs: left };
      await this.store.transition(operation.id, {
        kind: 'CANCEL_ANSWERED',
        state: 'AMBIGUOUS',
        detail: 'The process that was asking the upstream to stop ended.',
      });
      return 'DONE';
    }
    const call = provider.cancelCall(operation.command);
    if (cancel?.state !== 'REQUESTED' || !call) return 'NOTHING';
    const lookedAt = this.clock.monotonic();
    const sending = await this.store.transitionFrom(operation, {
      kind: 'CANCEL_SENDING',
      overBy: this.sending.overBy(),
    });
    if (!sending) return { againInMs: this.settings.pollIntervalMs };
    const { state, detail, againInMs } = await this.send(operation, provider, call, lookedAt);
    await this.sending.writeDown(operation.id, { kind: 'CANCEL_ANSWERED', state, detail });
    return state === 'REQUESTED' ? { againInMs } : 'DONE';
  }

  async sendInput(operation: Operation, provider: Provider): Promise<Next> {
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
      });
      return 'DONE';
    }
    const call = provider.answerCall(operation.command, promptId);
    if (input.state !== 'REQUESTED' || !call) return 'NOTHING';
    const lookedAt = this.clock.monotonic();
    const sending = await this.store.transitionFrom(operation, {
      kind: 'INPUT_SENDING',
      promptId,
      overBy: this.sending.overBy(),
    });
    if (!sending) return { againInMs: this.settings.pollIntervalMs };
    const { state, detail, againInMs } = await this.send(operation, provider, call, lookedAt, {
      gone: 'The upstream no longer asks.',
    });
    await this.sending.writeDown(operation.id, { kind: 'INPUT_ANSWERED', promptId, state, detail });
    return state === 'REQUESTED' ? { againInMs } : 'DONE';
  }

  /** @param done.gone what it means that the upstream refuses because what is meant is no more; absent = a refusal */
  private async send(
    operation: Operation,
    provider: Provider,
    call: UpstreamCall,
    lookedAt: number,
    done: { gone?: string } = {},
  ): Promise<Answered> {
    try {
      await provider.start(call, this.sending.gate(lookedAt));
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
