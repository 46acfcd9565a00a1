import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { COMMANDS } from '../platform/redis/redis.module.js';
import { Seal } from '../platform/secrets/seal.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { withinMs } from '../platform/within.js';
import { QueueDeliveryBells } from './deliveries.queue.js';
import { DeliveryBells } from './delivery-bells.js';
import { DeliveryStore } from './redis-delivery-store.js';
import { WaitingDeliveries } from './redis-waiting-deliveries.js';
import { WebhookStore } from './redis-webhook-store.js';
import { WebhookNotices } from './webhook-notices.js';
import { WebhooksService } from './webhooks.service.js';

const CLOSING_TAKES_MS = 2_000;

/** Who is told by webhooks, and what waits for them: of every process. */
@Global()
@Module({
  providers: [
    {
      provide: WebhookStore,
      inject: [COMMANDS, ENVIRONMENT_TOKEN],
      useFactory: (redis: Redis, { secretsKeyFile }: Environment) =>
        new WebhookStore(redis, Seal.from(secretsKeyFile)),
    },
    { provide: DeliveryStore, inject: [COMMANDS], useFactory: (redis: Redis) => new DeliveryStore(redis) },
    {
      provide: WaitingDeliveries,
      inject: [COMMANDS],
      useFactory: (redis: Redis) => new WaitingDeliveries(redis),
    },
    {
      provide: QueueDeliveryBells,
      inject: [COMMANDS, LOG],
      useFactory: (redis: Redis, log: Log) => new QueueDeliveryBells(redis, log),
    },
    { provide: DeliveryBells, useExisting: QueueDeliveryBells },
    {
      provide: WebhookNotices,
      inject: [WebhookStore, DeliveryStore, DeliveryBells, Clock],
      useFactory: (webhooks: WebhookStore, deliveries: DeliveryStore, bells: DeliveryBells, clock: Clock) =>
        new WebhookNotices(webhooks, deliveries, bells, clock),
    },
    {
      provide: WebhooksService,
      inject: [
        WebhookStore,
        DeliveryStore,
        WaitingDeliveries,
        WebhookNotices,
        DeliveryBells,
        Clock,
        ENVIRONMENT_TOKEN,
      ],
      useFactory: (
        webhooks: WebhookStore,
        deliveries: DeliveryStore,
        lines: WaitingDeliveries,
        notices: WebhookNotices,
        bells: DeliveryBells,
        clock: Clock,
        { webhookAllowPrivate }: Environment,
      ) => new WebhooksService(webhooks, deliveries, lines, notices, bells, clock, webhookAllowPrivate),
    },
  ],
  exports: [WebhookStore, DeliveryStore, WaitingDeliveries, DeliveryBells, WebhookNotices, WebhooksService],
})
export class WebhooksModule implements OnApplicationShutdown {
  constructor(@Inject(QueueDeliveryBells) private readonly bells: QueueDeliveryBells) {}

  async onApplicationShutdown(): Promise<void> {
    await withinMs(CLOSING_TAKES_MS, this.bells.close()).catch(() => undefined);
  }
}
