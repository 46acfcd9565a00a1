import { randomUUID } from 'node:crypto';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { afterAttempt, givenUp, type Delivery } from './delivery.js';
import {
  afterDelivery,
  afterFailure,
  isBreakerOpen,
  isHopeless,
  pauseMs,
  type EndpointHealth,
} from './endpoint-health.js';
import { longestWaitMs, nextAttemptMs, type RetrySchedule } from './retry-policy.js';
import type { Claim, DeliveryStore } from './redis-delivery-store.js';
import type { KnownWebhook, WebhookStore } from './redis-webhook-store.js';
import type { SendResult, WebhookSender } from './sending/webhook-sender.js';
import type { PostTimes } from './sending/endpoint-post.js';
import type { DisabledReason, Webhook } from './webhook.js';

/** Milliseconds. */
export interface RoundSettings {
  /** Deliveries of one webhook that are sent at the same time: of different chains. */
  lanes: number;
  /** Then the others of the shard have their turn. */
  roundMs: number;
  /** From the claim to the first byte, … */
  sendWithinMs: number;
  /** … to the answer, … */
  answerWithinMs: number;
  /** … and until somebody else may take it over. Longer than the answer takes to come and to be read. */
  claimMs: number;
}

export const ROUND: RoundSettings = {
  lanes: 8,
  roundMs: 10_000,
  sendWithinMs: 8_000,
  answerWithinMs: 15_000,
  claimMs: 20_000,
};

/** What came in at the end of a round is seen so soon: a ring is deaf while its step is under way. */
const LOOK_AGAIN_MS = 200;
const MOST_GIVEN_UP = 200;

/** TAKEN: 2xx. REFUSED: another answer. UNANSWERED: none came, or nothing could be sent. */
export type AttemptResult = 'TAKEN' | 'REFUSED' | 'UNANSWERED';

export type Next = { againInMs: number } | 'DONE';

export interface RoundTools {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  sender: Pick<WebhookSender, 'send'>;
  disable: (id: string, reason: DisabledReason) => Promise<void>;
  clock: Clock;
  log: Log;
  schedule: RetrySchedule;
  random?: () => number;
  /** Told of every attempt, in a word. */
  onAttempt?: (result: AttemptResult) => void;
}

/**
 * One step of the work for one webhook: sends what is due, some chains at a time, each in its order. The records are the
 * truth: whatever of this is cut off is claimed by somebody else when the claim has run out.
 */
export class DeliveryRounds {
  private stopping = false;
  private readonly random: () => number;

  constructor(
    private readonly tools: RoundTools,
    private readonly settings: RoundSettings = ROUND,
  ) {
    this.random = tools.random ?? Math.random;
  }

  /** Begins nothing more; what is under way ends. */
  stop(): void {
    this.stopping = true;
  }

  async round(webhookId: string): Promise<Next> {
    const { webhooks, deliveries, clock } = this.tools;
    const known = await webhooks.find(webhookId);
    if (!known || known.webhook.disabled) return 'DONE';
    const round = new Round(known, await deliveries.health(webhookId));
    const pause = pauseMs(round.health, clock.now());
    if (pause > 0) return { againInMs: pause };
    const untilMs = clock.monotonic() + this.settings.roundMs;
    const mayGoOn = (lane: number): boolean =>
      !this.stopping && !round.isOver && clock.monotonic() < untilMs && round.takes(lane, clock.now());
    const lanes = Array.from({ length: this.settings.lanes }, async (_, lane) => {
      while (mayGoOn(lane) && (await this.sendNext(round)));
    });
    await Promise.all(lanes);
    if (this.isLongSilent(round.health)) await this.giveUpOld(round);
    return this.next(round);
  }

  private async next({ known: { webhook }, health, isBusy }: Round): Promise<Next> {
    const { deliveries, clock } = this.tools;
    const now = clock.now();
    const dueMs = await deliveries.nextDueMs(webhook.id);
    if (dueMs === null) return isBusy ? { againInMs: LOOK_AGAIN_MS } : 'DONE';
    const inMs = Math.max(dueMs - now, pauseMs(health, now), 1);
    return { againInMs: isBusy && pauseMs(health, now) === 0 ? Math.min(inMs, LOOK_AGAIN_MS) : inMs };
  }

  /** False = there is nothing more to send in this round. */
  private async sendNext(round: Round): Promise<boolean> {
    const { clock } = this.tools;
    const begunMs = clock.monotonic();
    const claim = await this.claim(round);
    if (!claim) return false;
    round.isBusy = true;
    const times: PostTimes = {
      sendBeforeMs: begunMs + this.settings.sendWithinMs,
      answerBeforeMs: begunMs + this.settings.answerWithinMs,
    };
    const result = await this.tools.sender.send(round.known.webhook, claim.delivery, times);
    if (result === null) await this.handBack(claim);
    else await this.settle(round, claim, result);
    return true;
  }

  private async claim(round: Round, chain?: string): Promise<Claim | null> {
    const { deliveries, clock } = this.tools;
    const nowMs = clock.now();
    const mine = { mark: randomUUID(), nowMs, untilMs: nowMs + this.settings.claimMs };
    const claim = await deliveries.claim(round.known, mine, chain);
    // Its URL, secrets or filters have changed: the next round knows.
    if (claim === 'CHANGED') round.isOver = round.isBusy = true;
    return claim === 'CHANGED' || claim === 'NONE' ? null : claim;
  }

  private async handBack(claim: Claim): Promise<void> {
    const nowMs = this.tools.clock.now();
    await this.tools.deliveries.settle(claim, claim.delivery, { dueMs: nowMs, health: null, nowMs });
  }

  private async settle(round: Round, claim: Claim, { attempt, isGone, askedMs }: SendResult): Promise<void> {
    const { clock, deliveries, disable, log, onAttempt, schedule } = this.tools;
    const { webhook } = round.known;
    const nowMs = clock.now();
    const failures = claim.delivery.failures + 1;
    const again = { failures, askedMs, nowMs, random: this.random() };
    const dueMs = attempt.error === null || isGone ? null : nextAttemptMs(schedule, again);
    round.health =
      attempt.error === null
        ? afterDelivery(nowMs)
        : afterFailure(round.health, attempt.error, { nowMs, askedMs, schedule });
    const after = afterAttempt(claim.delivery, attempt, dueMs, nowMs);
    await deliveries.settle(claim, after, { dueMs, health: round.health, nowMs });
    onAttempt?.(attempt.error === null ? 'TAKEN' : attempt.responseStatus ? 'REFUSED' : 'UNANSWERED');
    if (after.state === 'FAILED')
      log.warn(about(webhook, after), `a delivery was given up: ${attempt.error}`);
    if (!isGone && !isHopeless(round.health, nowMs, schedule)) return;
    round.isOver = true;
    await disable(webhook.id, isGone ? 'GONE' : 'FAILING');
  }

  /** For so long that something may have waited too long for it. */
  private isLongSilent(health: EndpointHealth): boolean {
    const { clock, schedule } = this.tools;
    const sinceMs = health.failingSinceMs ?? clock.now();
    return isBreakerOpen(health) && clock.now() - sinceMs >= longestWaitMs(schedule);
  }

  /** What has waited for a silent endpoint as long as all its attempts would have taken. */
  private async giveUpOld(round: Round): Promise<void> {
    const { clock, deliveries, log, schedule } = this.tools;
    const { webhook } = round.known;
    const patienceMs = longestWaitMs(schedule);
    let left = MOST_GIVEN_UP;
    for (const chain of await deliveries.dueChains(webhook.id, clock.now(), MOST_GIVEN_UP)) {
      for (; left > 0 && !round.isOver; left -= 1) {
        const claim = await this.claim(round, chain);
        if (!claim) break;
        const nowMs = clock.now();
        if (nowMs - Date.parse(claim.delivery.queuedTime) < patienceMs) {
          await this.handBack(claim);
          break;
        }
        const after = givenUp(claim.delivery, nowMs);
        await deliveries.settle(claim, after, { dueMs: null, health: null, nowMs });
        log.warn(about(webhook, after), 'a delivery was given up: its endpoint takes nothing');
      }
    }
  }
}

/** What one round knows of the webhook; its lanes share it. */
class Round {
  /** Something was done, or is left to do. */
  isBusy = false;
  isOver = false;

  constructor(
    readonly known: KnownWebhook,
    public health: EndpointHealth,
  ) {}

  /** While the endpoint fails, it is asked by one delivery at a time. */
  takes(lane: number, nowMs: number): boolean {
    return pauseMs(this.health, nowMs) === 0 && (lane === 0 || this.health.failures === 0);
  }
}

function about(webhook: Webhook, { id, eventType, operationId, siteId }: Delivery): object {
  return { webhookId: webhook.id, deliveryId: id, eventType, operationId, siteId };
}
