import type { CloudEvents } from '../events/cloud-events.js';
import type { EventConsumer } from '../events/event-consumer.js';
import type { FedEvent } from '../events/event-feed.js';
import { parsePublicId } from '../domain/ids.js';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { newDelivery, type Telling } from './delivery.js';
import type { DeliveryBells } from './delivery-bells.js';
import type { KnownWebhooks } from './known-webhooks.js';
import type { DeliveryStore, Placed } from './redis-delivery-store.js';
import type { WaitingBounds } from './waiting-bounds.js';
import { wants, type Webhook } from './webhook.js';
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
        const nowMs = this.clock.now();
        const placed = wanted.map(({ offset, telling }): Placed => {
          return { delivery: newDelivery(webhook.id, telling, nowMs), offset };
        });
        await this.put(webhook, placed, events[0]?.shard ?? null, nowMs);
      }),
    );
  }

  async onGap(shard: number): Promise<void> {
    this.log.error({ shard }, 'events were gone before webhooks were told of them');
    await this.notices.tell('webhook.events-missed', null, {
      text: 'Some events could not be told. Read the operations that you follow, and GET /v1/operations for what is new.',
    });
  }

  private async put({ id }: Webhook, placed: Placed[], shard: number | null, nowMs: number): Promise<void> {
    const answer = await this.deliveries.take(id, placed, shard, nowMs);
    if (answer === 'FULL') await this.disabling.disable(id, 'BACKLOG');
    if (answer !== 'TAKEN') return;
    await this.bells.ring(id);
    const bytes = placed.reduce((sum, { delivery }) => sum + delivery.body.length, 0);
    await this.bounds.grew({ count: placed.length, bytes });
  }
}

function isFor(webhook: Webhook, { type, siteId, time }: Telling): boolean {
  const isOlder = Date.parse(time) < Date.parse(webhook.createdTime) - CLOCKS_DIFFER_MS;
  return !isOlder && wants(webhook, type, siteId);
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
