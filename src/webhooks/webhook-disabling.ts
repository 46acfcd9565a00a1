import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import type { WebhookStore } from './redis-webhook-store.js';
import type { DisabledReason, Webhook } from './webhook.js';
import type { WebhookNotices } from './webhook-notices.js';

const WHY: Readonly<Record<DisabledReason, string>> = {
  REQUESTED: 'Somebody asked for it.',
  GONE: 'Its endpoint answered 410.',
  FAILING: 'Its endpoint has taken nothing for days.',
  BACKLOG: 'More waits for it than is kept.',
};

/** Ends the deliveries to a webhook by the gateway's own decision, and tells whoever listens to the others. */
export class WebhookDisabling {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly notices: WebhookNotices,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async disable(id: string, reason: DisabledReason): Promise<void> {
    const time = isoTime(this.clock.now());
    const webhook = await this.webhooks.update(id, (now) =>
      now.disabled ? null : { ...now, updatedTime: time, disabled: { reason, time, told: false } },
    );
    if (!webhook) return;
    this.log.error({ webhookId: id, reason }, 'a webhook was disabled');
    await this.tell(webhook);
  }

  /** A process may have ended between disabling and telling. */
  async tell({ id, disabled }: Webhook): Promise<void> {
    if (!disabled || disabled.told || disabled.reason === 'REQUESTED') return;
    const { reason, time } = disabled;
    const data = {
      webhookId: id,
      reason,
      disabledTime: time,
      text: `The webhook was disabled. ${WHY[reason]}`,
    };
    await this.notices.tell('webhook.disabled', id, data, `disabled.${id}.${Date.parse(time)}`);
    await this.webhooks.update(id, (now) =>
      now.disabled?.time === time ? { ...now, disabled: { ...now.disabled, told: true } } : null,
    );
  }
}
