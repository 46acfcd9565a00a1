import type { WaitingDeliveries } from './redis-waiting-deliveries.js';
import type { WebhookStore } from './redis-webhook-store.js';
import type { DisabledReason } from './webhook.js';

/** What webhooks have waiting, for whoever watches the gateway. */
export interface WebhookBacklog {
  webhooks: number;
  /** Not by request. */
  disabledByGateway: number;
  /** Deliveries, of all webhooks. */
  waiting: number;
  /** Of those. */
  bytes: number;
}

export async function backlogOf(webhooks: WebhookStore, lines: WaitingDeliveries): Promise<WebhookBacklog> {
  const known = await webhooks.all();
  const waiting = await Promise.all(known.map(({ webhook }) => lines.of(webhook.id)));
  return {
    webhooks: known.length,
    disabledByGateway: known.filter(({ webhook }) => isOurs(webhook.disabled?.reason)).length,
    waiting: waiting.reduce((sum, { count }) => sum + count, 0),
    bytes: waiting.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function isOurs(reason: DisabledReason | undefined): boolean {
  return reason !== undefined && reason !== 'REQUESTED';
}
