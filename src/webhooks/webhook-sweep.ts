import type { DeliveryBells } from './delivery-bells.js';
import type { DeliveryStore } from './redis-delivery-store.js';
import type { WebhookStore } from './redis-webhook-store.js';
import type { DisabledReason } from './webhook.js';
import type { WebhookDisabling } from './webhook-disabling.js';

/** Rings for every webhook that something waits for, whether or not its ring is still there, and tells what was not told. */
export class WebhookSweep {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly deliveries: DeliveryStore,
    private readonly bells: DeliveryBells,
    private readonly disabling: WebhookDisabling,
  ) {}

  async sweep(): Promise<void> {
    for (const { webhook } of await this.webhooks.all()) {
      if (webhook.disabled) await this.disabling.tell(webhook);
      else if ((await this.deliveries.nextDueMs(webhook.id)) !== null) await this.bells.ensure(webhook.id);
    }
  }
}

/** What webhooks have waiting, for whoever watches the gateway. */
export interface WebhookBacklog {
  webhooks: number;
  /** Not by request. */
  disabledByGateway: number;
  /** Deliveries, of all webhooks. */
  waiting: number;
}

export async function backlogOf(webhooks: WebhookStore, deliveries: DeliveryStore): Promise<WebhookBacklog> {
  const known = await webhooks.all();
  const waiting = await Promise.all(known.map(({ webhook }) => deliveries.waitingCount(webhook.id)));
  return {
    webhooks: known.length,
    disabledByGateway: known.filter(({ webhook }) => isOurs(webhook.disabled?.reason)).length,
    waiting: waiting.reduce((sum, count) => sum + count, 0),
  };
}

function isOurs(reason: DisabledReason | undefined): boolean {
  return reason !== undefined && reason !== 'REQUESTED';
}
