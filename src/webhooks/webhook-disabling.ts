import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import type { WebhookStore } from './redis-webhook-store.js';
import { withMissed, type DisabledReason, type Webhook } from './webhook.js';
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

  /** @param missedFromTime of the first event that is not put in line any more; absent = none was left out yet */
  async disable(id: string, reason: DisabledReason, missedFromTime?: string): Promise<void> {
    const time = isoTime(this.clock.now());
    const missed = missedFromTime === undefined ? {} : { missedFromTime };
    const webhook = await this.webhooks.update(id, (now) => {
      if (now.disabled) return missedFromTime === undefined ? null : withMissed(now, missedFromTime);
      return { ...now, updatedTime: time, disabled: { reason, time, told: false, ...missed } };
    });
    if (!webhook) return;
    this.log.error({ webhookId: id, reason }, 'a webhook was disabled');
    await this.tell(webhook);
  }

  /** An event of that time was not put in line for one that is disabled. */
  async passedBy(id: string, time: string): Promise<void> {
    await this.webhooks.update(id, (now) => withMissed(now, time));
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
