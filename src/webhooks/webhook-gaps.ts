import { isoTime, type Clock } from '../platform/clock.js';
import type { DroppedDeliveries, WaitingDeliveries } from './redis-waiting-deliveries.js';
import type { WebhookStore } from './redis-webhook-store.js';
import { missedSince, type MissedEvents, type Webhook } from './webhook.js';
import type { WebhookNotices } from './webhook-notices.js';

/** Tells webhooks what they were not told. It is written down with the webhook first: whoever ends in between, another one tells it. */
export class WebhookGaps {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly lines: WaitingDeliveries,
    private readonly notices: WebhookNotices,
    private readonly clock: Clock,
  ) {}

  /** Writes down what was dropped and is not told of yet, and tells it. */
  async tellDropped(id: string, { total, untold, fromTime, untilTime }: DroppedDeliveries): Promise<void> {
    if (untold === 0 || fromTime === null || untilTime === null) return;
    const missed = { fromTime, untilTime, dropped: untold, total, time: isoTime(this.clock.now()) };
    const webhook = await this.webhooks.update(id, (now) =>
      now.missed || now.disabled ? null : { ...now, missed },
    );
    if (webhook) await this.tell(webhook);
  }

  /** What is written down, if anything is; it stays while there is no room for the notice. */
  async tell({ id, disabled, missed }: Webhook): Promise<void> {
    if (disabled || !missed) return;
    const notice = noticeId(id, missed);
    if (!(await this.notices.missed(id, missed, notice))) return;
    await this.lines.noteTold(id, missed.total);
    await this.webhooks.update(id, (now) =>
      now.missed && noticeId(id, now.missed) === notice ? { ...now, missed: null } : null,
    );
  }
}

/** Of a webhook that is enabled: all that it was not told until then. */
export function missedUntil(
  time: string,
  { disabled, missed }: Webhook,
  { total, untold, fromTime }: DroppedDeliveries,
): MissedEvents {
  const times = [missed?.fromTime, disabled && missedSince(disabled), untold > 0 ? fromTime : null];
  const [first = time] = times.filter((one) => typeof one === 'string').sort();
  return { fromTime: first, untilTime: time, dropped: untold, total, time };
}

function noticeId(id: string, { fromTime, untilTime, total }: MissedEvents): string {
  return `missed.${id}.${Date.parse(fromTime)}.${Date.parse(untilTime)}.${total}`;
}
