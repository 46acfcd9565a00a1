import type { CloudEvents } from '../events/cloud-events.js';
import type { EventConsumer } from '../events/event-consumer.js';
import type { FedEvent } from '../events/event-feed.js';
import { parsePublicId } from '../domain/ids.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { newDelivery, type Telling } from './delivery.js';
import type { DeliveryBells } from './delivery-bells.js';
import type { KnownWebhooks } from './known-webhooks.js';
import type { DeliveryStore, Placed } from './redis-delivery-store.js';
import type { WaitingBounds } from './waiting-bounds.js';
import { missedSince, wants, type Webhook } from './webhook.js';
import type { WebhookDisabling } from './webhook-disabling.js';
import type { WebhookNotices } from './webhook-notices.js';

/** An event that is older than its webhook is not for it; clocks differ a little. */
const CLOCKS_DIFFER_MS = 60_000;

/** Puts every event in line for the webhooks that want it. */
export class WebhookFanOut implements EventConsumer {
  readonly name = 'webhooks';

  constructor(
    private readonly cloudEvents: Pick<CloudEvents, 'of'>,
    private readonly webhooks: KnownWebhooks,
    private readonly deliveries: DeliveryStore,
    private readonly bells: DeliveryBells,
    private readonly disabling: WebhookDisabling,
    private readonly notices: WebhookNotices,
    private readonly bounds: Pick<WaitingBounds, 'grew'>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** All are of one shard. */
  async handle(events: readonly FedEvent[]): Promise<void> {
    const known = await this.webhooks.all();
    if (known.length === 0) return;
    const bodies = await this.cloudEvents.of(events);
    const told = bodies.map((event, at) => ({
      offset: events[at]?.offset ?? '0-0',
      telling: tellingOf(event),
    }));
    await Promise.all(
      known.map(async ({ webhook }) => {
        const wanted = told.filter(({ telling }) => isFor(webhook, telling));
        if (wanted.length === 0) return;
        if (webhook.disabled) return this.passBy(webhook, wanted[0]?.telling.time);
        const nowMs = this.clock.now();
        const placed = wanted.map(({ offset, telling }): Placed => {
          return { delivery: newDelivery(webhook.id, telling, nowMs), offset };
        });
        await this.put(webhook, placed, events[0]?.shard ?? null, nowMs);
      }),
    );
  }

  /** Nobody knows whose they were: every webhook is told, whatever it asks for. */
  async onGap(shard: number, after: string): Promise<void> {
    this.log.error({ shard, after }, 'events were gone before webhooks were told of them');
    const time = isoTime(this.clock.now());
    const lastMs = Number(after.split('-')[0]);
    for (const { webhook } of await this.webhooks.all()) {
      const { id, createdTime, disabled } = webhook;
      const fromTime = isoTime(Math.max(lastMs, Date.parse(createdTime)));
      const missed = { fromTime, untilTime: time, dropped: 0, time };
      if (disabled) await this.passBy(webhook, fromTime);
      else if (!(await this.notices.missed(id, missed, `missed.${id}.${shard}.${after}`)))
        await this.disabling.disable(id, 'BACKLOG', fromTime);
    }
  }

  /** What is fanned out late may be of before it was disabled. */
  private async passBy({ id, disabled }: Webhook, time: string | undefined): Promise<void> {
    if (disabled && time !== undefined && time < missedSince(disabled))
      await this.disabling.passedBy(id, time);
  }

  private async put({ id }: Webhook, placed: Placed[], shard: number | null, nowMs: number): Promise<void> {
    const answer = await this.deliveries.take(id, placed, shard, nowMs);
    if (answer === 'FULL') await this.disabling.disable(id, 'BACKLOG', placed[0]?.delivery.eventTime);
    if (answer !== 'TAKEN') return;
    await this.bells.ring(id);
    const bytes = placed.reduce((sum, { delivery }) => sum + delivery.body.length, 0);
    // Cutting long lines takes its time: the others are told meanwhile.
    void this.bounds
      .grew({ count: placed.length, bytes })
      .catch((error: unknown) =>
        this.log.error({ error: String(error) }, 'what waits for webhooks could not be cut'),
      );
  }
}

/** Of one that is disabled: whether it would be. */
function isFor(webhook: Webhook, { type, siteId, time }: Telling): boolean {
  const isOlder = Date.parse(time) < Date.parse(webhook.createdTime) - CLOCKS_DIFFER_MS;
  return !isOlder && wants({ ...webhook, disabled: null }, type, siteId);
}

function tellingOf(event: Awaited<ReturnType<CloudEvents['of']>>[number]): Telling {
  return {
    eventId: event.id,
    type: event.type,
    time: event.time,
    operationId: event.subject,
    siteId: parsePublicId(event.subject)?.siteId ?? null,
    sequence: event.sequence,
    body: JSON.stringify(event),
  };
}
