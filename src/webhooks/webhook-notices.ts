import { randomUUID } from 'node:crypto';
import { isoTime, type Clock } from '../platform/clock.js';
import { newDelivery, type Delivery, type Telling } from './delivery.js';
import type { DeliveryBells } from './delivery-bells.js';
import type { DeliveryStore } from './redis-delivery-store.js';
import type { WebhookStore } from './redis-webhook-store.js';
import { mayHearOf, wants, type MissedEvents, type NoticeType, type Webhook } from './webhook.js';

/** What is told that is about no operation: CloudEvents like the others. */
export class WebhookNotices {
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly deliveries: DeliveryStore,
    private readonly bells: DeliveryBells,
    private readonly clock: Clock,
  ) {}

  /** To one webhook, whatever it asks for. null = it is gone, or too much waits for it. */
  async test(webhookId: string): Promise<Delivery | null> {
    const telling = this.telling('webhook.test', webhookId, {
      text: 'This is a test. Answer with a status of 2xx to take it.',
    });
    return this.put(webhookId, telling);
  }

  /**
   * To the one that was not told them, whatever it asks for. False = it is gone, or too much waits for it.
   * @param id makes it the same notice if it is told again
   */
  async missed(
    webhookId: string,
    { fromTime, untilTime, dropped, time }: Omit<MissedEvents, 'total'>,
    id: string,
  ): Promise<boolean> {
    const data = {
      webhookId,
      ...{ fromTime, untilTime, droppedDeliveries: dropped },
      text: 'Some events of this time were not told. Read the operations that you follow, and GET /v1/operations for what is new.',
    };
    const telling = this.telling('webhook.events-missed', webhookId, data, id, time);
    return (await this.put(webhookId, telling)) !== null;
  }

  /** To every other webhook that wants it. @param webhookId the one that it is about @param id makes it the same notice if it is told again */
  async tell(type: NoticeType, webhookId: string | null, data: object, id?: string): Promise<void> {
    const telling = this.telling(type, webhookId, data, id);
    const all = (await this.webhooks.all()).map(({ webhook }) => webhook);
    const about = all.find(({ id: its }) => its === webhookId) ?? null;
    for (const webhook of all) {
      const isWanted = webhook.id !== webhookId && wants(webhook, type, null);
      if (isWanted && mayHearOf(webhook, about)) await this.put(webhook.id, telling);
    }
  }

  /**
   * To every webhook that wants what happens at one of these sites. @param siteIds null = everywhere
   * @param data where it names `siteIds`, each is told its own ones
   */
  async tellOfSites(type: NoticeType, siteIds: readonly string[] | null, data: object): Promise<void> {
    const { eventId, time } = this.telling(type, null, data);
    for (const { webhook } of await this.webhooks.all()) {
      // What holds everywhere concerns whoever asked for one site, too.
      const isWanted = (siteIds ?? [webhook.siteIds[0] ?? null]).some((siteId) =>
        wants(webhook, type, siteId),
      );
      if (!isWanted) continue;
      await this.put(webhook.id, this.telling(type, null, withinSites(data, webhook), eventId, time));
    }
  }

  private telling(
    type: NoticeType,
    webhookId: string | null,
    data: object,
    id = `notice.${randomUUID()}`,
    time = isoTime(this.clock.now()),
  ): Telling {
    const body = {
      specversion: '1.0',
      id,
      source: '/v1/webhooks',
      type,
      ...(webhookId === null ? {} : { subject: webhookId }),
      time,
      datacontenttype: 'application/json',
      data,
    };
    return {
      eventId: id,
      type,
      time,
      operationId: null,
      siteId: null,
      sequence: null,
      body: JSON.stringify(body),
    };
  }

  private async put(webhookId: string, telling: Telling): Promise<Delivery | null> {
    const nowMs = this.clock.now();
    const delivery = newDelivery(webhookId, telling, nowMs);
    const answer = await this.deliveries.take(webhookId, [{ delivery, offset: '0-0' }], null, nowMs);
    await this.bells.ring(webhookId);
    return answer === 'TAKEN' ? delivery : null;
  }
}

function withinSites(data: object, { siteIds: own }: Webhook): object {
  const { siteIds } = data as { siteIds?: unknown };
  if (!Array.isArray(siteIds) || own.length === 0) return data;
  return { ...data, siteIds: siteIds.filter((siteId) => own.includes(siteId as string)) };
}
