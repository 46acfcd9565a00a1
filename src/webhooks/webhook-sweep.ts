import type { Clock } from '../platform/clock.js';
import type { DeliveryBells } from './delivery-bells.js';
import type { DeliveryStore } from './redis-delivery-store.js';
import type { WaitingDeliveries } from './redis-waiting-deliveries.js';
import type { WebhookStore } from './redis-webhook-store.js';
import type { WaitingBounds } from './waiting-bounds.js';
import { withoutOldSecrets, type Webhook } from './webhook.js';
import { WebhookGaps } from './webhook-gaps.js';
import type { WebhookDisabling } from './webhook-disabling.js';
import type { WebhookNotices } from './webhook-notices.js';

export interface SweepTools {
  webhooks: WebhookStore;
  deliveries: DeliveryStore;
  lines: WaitingDeliveries;
  bounds: Pick<WaitingBounds, 'enforce'>;
  bells: DeliveryBells;
  disabling: WebhookDisabling;
  notices: WebhookNotices;
  clock: Clock;
}

/** Rings for every webhook that something waits for, whether or not its ring is still there, and tells what was not told. */
export class WebhookSweep {
  private readonly gaps: WebhookGaps;

  constructor(private readonly tools: SweepTools) {
    const { webhooks, lines, notices, clock } = tools;
    this.gaps = new WebhookGaps(webhooks, lines, notices, clock);
  }

  async sweep(): Promise<void> {
    const { webhooks, deliveries, bounds, bells, disabling, clock } = this.tools;
    await bounds.enforce();
    for (const { webhook } of await webhooks.all()) {
      if (withoutOldSecrets(webhook, clock.now()))
        await webhooks.update(webhook.id, (now) => withoutOldSecrets(now, clock.now()));
      if (webhook.disabled) await disabling.tell(webhook);
      else {
        await this.tellMissed(webhook);
        if ((await deliveries.nextDueMs(webhook.id)) !== null) await bells.ensure(webhook.id);
      }
    }
  }

  /** What was dropped once its endpoint takes something: until then more may be. */
  private async tellMissed(webhook: Webhook): Promise<void> {
    const { deliveries, lines } = this.tools;
    const { id } = webhook;
    if (webhook.missed) return this.gaps.tell(webhook);
    const dropped = await lines.dropped(id);
    if (dropped.untold > 0 && (await deliveries.health(id)).failures === 0)
      await this.gaps.tellDropped(id, dropped);
  }
}
