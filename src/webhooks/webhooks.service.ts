import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { problem, ProblemError } from '../domain/problem.js';
import { isoTime, type Clock } from '../platform/clock.js';
import { askedForAgain, DELIVERY_STATES, type Delivery, type DeliveryState } from './delivery.js';
import type { DeliveryBells } from './delivery-bells.js';
import { UNTRIED, type EndpointHealth } from './endpoint-health.js';
import type { DeliveryStore } from './redis-delivery-store.js';
import type { DroppedDeliveries, WaitingDeliveries } from './redis-waiting-deliveries.js';
import type { WebhookStore } from './redis-webhook-store.js';
import { endpointFault } from './sending/endpoint-url.js';
import type { Webhook, WebhookSecret } from './webhook.js';
import { missedUntil, WebhookGaps } from './webhook-gaps.js';
import type { WebhookNotices } from './webhook-notices.js';

/** Each costs a look at every event. */
const MOST_WEBHOOKS = 200;
/** How long the secret before the last one still signs. */
const OLD_SECRET_SIGNS_MS = 24 * 3_600_000;
/** Whoever rotates again and again has so many at once. */
const MOST_SECRETS = 4;
const SECRET_BYTES = 32;
/** Of what may wait, so much may for one that is enabled again: more would disable it at the next event. */
const ROOMY = 0.9;

/** What may be said of a webhook; absent = as it is, or nothing in particular. */
export interface WebhookWishes {
  url?: string;
  eventTypes?: string[];
  siteIds?: string[];
  description?: string | null;
  disabled?: boolean;
}

/** A webhook as it stands. */
export interface WebhookView {
  webhook: Webhook;
  health: EndpointHealth;
  waiting: number;
  dropped: DroppedDeliveries;
}

/** What people do with webhooks. Throws `ProblemError`. */
export class WebhooksService {
  private readonly gaps: WebhookGaps;

  constructor(
    private readonly webhooks: WebhookStore,
    private readonly deliveries: DeliveryStore,
    private readonly lines: WaitingDeliveries,
    private readonly notices: WebhookNotices,
    private readonly bells: DeliveryBells,
    private readonly clock: Clock,
    private readonly allowPrivate: boolean,
  ) {
    this.gaps = new WebhookGaps(webhooks, lines, notices, clock);
  }

  /** Why nothing can be sent to such a URL, as a sentence; null = it may be. */
  urlFault(url: string): string | null {
    return endpointFault(url, this.allowPrivate);
  }

  async create(wishes: WebhookWishes & { url: string }, createdBy: string): Promise<WebhookView> {
    if ((await this.webhooks.count()) >= MOST_WEBHOOKS)
      throw new ProblemError(
        problem('webhook-limit-reached', `There are ${MOST_WEBHOOKS} webhooks already.`),
      );
    const time = isoTime(this.clock.now());
    const webhook: Webhook = {
      id: uuidv7(),
      url: wishes.url,
      eventTypes: wishes.eventTypes ?? [],
      siteIds: wishes.siteIds ?? [],
      description: wishes.description ?? null,
      createdBy,
      createdTime: time,
      updatedTime: time,
      secrets: [newSecret()],
      disabled: null,
    };
    await this.webhooks.create(webhook);
    return this.view(webhook);
  }

  /** As they are kept. */
  async known(): Promise<Webhook[]> {
    return (await this.webhooks.all()).map(({ webhook }) => webhook);
  }

  views(webhooks: readonly Webhook[]): Promise<WebhookView[]> {
    return Promise.all(webhooks.map((webhook) => this.view(webhook)));
  }

  /** Empty = all. */
  async sitesOf(id: string): Promise<readonly string[]> {
    return (await this.found(id)).siteIds;
  }

  async get(id: string): Promise<WebhookView> {
    return this.view(await this.found(id));
  }

  /**
   * What waits goes on waiting while it is disabled, and is sent when it is enabled again; what happened meanwhile is not,
   * and that is told.
   */
  async update(id: string, wishes: WebhookWishes): Promise<WebhookView> {
    const time = isoTime(this.clock.now());
    const before = await this.found(id);
    const dropped =
      before.disabled && wishes.disabled === false ? await this.makeRoom(id) : await this.lines.dropped(id);
    const webhook = await this.webhooks.update(id, (now) => ({
      ...changed(now, wishes, time),
      ...(now.disabled && wishes.disabled === false ? { missed: missedUntil(time, now, dropped) } : {}),
      updatedTime: time,
    }));
    if (!webhook) throw noWebhook(id);
    const isEnabled = before.disabled !== null && webhook.disabled === null;
    if (webhook.url !== before.url || isEnabled) await this.deliveries.keepHealth(id, UNTRIED);
    if (isEnabled) await this.gaps.tell(webhook);
    if (!webhook.disabled) await this.bells.ring(id);
    return this.view(webhook);
  }

  async remove(id: string): Promise<void> {
    if (!(await this.webhooks.remove(id))) throw noWebhook(id);
  }

  async rotateSecret(id: string): Promise<WebhookView> {
    const now = this.clock.now();
    const untilTime = isoTime(now + OLD_SECRET_SIGNS_MS);
    const fresh = newSecret();
    const webhook = await this.webhooks.update(id, (before) => {
      const old = before.secrets.map((one) => ({ ...one, untilTime: one.untilTime ?? untilTime }));
      const signing = old.filter((one) => Date.parse(one.untilTime) > now);
      return { ...before, updatedTime: isoTime(now), secrets: [fresh, ...signing].slice(0, MOST_SECRETS) };
    });
    if (!webhook) throw noWebhook(id);
    return this.view(webhook);
  }

  async test(id: string): Promise<Delivery> {
    await this.mustBeEnabled(id);
    await this.askAtOnce(id);
    const delivery = await this.notices.test(id);
    if (delivery) return delivery;
    throw new ProblemError(problem('webhook-limit-reached', 'Too much waits for this webhook already.'));
  }

  /** The newest first. @param after the id of the last one that was seen */
  async listDeliveries(
    id: string,
    states: readonly DeliveryState[] | undefined,
    after: string | null,
    count: number,
  ): Promise<Delivery[]> {
    await this.found(id);
    return this.deliveries.list(id, states ?? DELIVERY_STATES, after, count);
  }

  async getDelivery(id: string, deliveryId: string): Promise<Delivery> {
    await this.found(id);
    const delivery = await this.deliveries.find(id, deliveryId);
    if (delivery) return delivery;
    throw noDelivery(deliveryId);
  }

  /** Sends it once more, with the same id and body. One that waits is tried now, if it is the first of its operation. */
  async redeliver(id: string, deliveryId: string): Promise<Delivery> {
    await this.mustBeEnabled(id);
    await this.askAtOnce(id);
    for (;;) {
      const delivery = await this.getDelivery(id, deliveryId);
      const nowMs = this.clock.now();
      const again = delivery.state === 'WAITING' ? delivery : askedForAgain(delivery, nowMs);
      if (again === delivery) await this.deliveries.hasten(id, delivery.chain, nowMs);
      else if (!(await this.deliveries.requeue(delivery, again, nowMs))) continue;
      await this.bells.ring(id);
      return again;
    }
  }

  /** In a line that is full, for what comes now. Answers what was dropped. */
  private async makeRoom(id: string): Promise<DroppedDeliveries> {
    const count = Math.floor(ROOMY * this.deliveries.bounds.mostWaiting);
    await this.lines.drop(id, this.clock.now(), { count });
    return this.lines.dropped(id);
  }

  private async view(webhook: Webhook): Promise<WebhookView> {
    const [health, { count: waiting }, dropped] = await Promise.all([
      this.deliveries.health(webhook.id),
      this.lines.of(webhook.id),
      this.lines.dropped(webhook.id),
    ]);
    return { webhook, health, waiting, dropped };
  }

  private async found(id: string): Promise<Webhook> {
    const known = await this.webhooks.find(id);
    if (!known) throw noWebhook(id);
    return known.webhook;
  }

  private async mustBeEnabled(id: string): Promise<void> {
    const { disabled } = await this.found(id);
    if (disabled)
      throw new ProblemError(
        problem('webhook-disabled', `It is disabled (${disabled.reason}): nothing is sent to it.`),
      );
  }

  /** A person does not wait for the breaker. */
  private async askAtOnce(id: string): Promise<void> {
    const health = await this.deliveries.health(id);
    if (health.pausedUntilMs !== null)
      await this.deliveries.keepHealth(id, { ...health, pausedUntilMs: null });
  }
}

function changed(
  now: Webhook,
  { url, eventTypes, siteIds, description, disabled }: WebhookWishes,
  time: string,
): Webhook {
  const ended = { reason: 'REQUESTED', time, told: true } as const;
  return {
    ...now,
    url: url ?? now.url,
    eventTypes: eventTypes ?? now.eventTypes,
    siteIds: siteIds ?? now.siteIds,
    description: description === undefined ? now.description : description,
    disabled: disabled === undefined ? now.disabled : disabled ? (now.disabled ?? ended) : null,
  };
}

function newSecret(): WebhookSecret {
  return { secret: `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`, untilTime: null };
}

export function noWebhook(id: string): ProblemError {
  return new ProblemError(problem('not-found', `There is no webhook ${id}.`));
}

export function noDelivery(id: string): ProblemError {
  return new ProblemError(problem('not-found', `The webhook has no delivery ${id}, or not any more.`));
}
