import { Module } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { RingTools } from '../platform/queue/ring-workers.processor.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { DeliveryWorkers } from './deliveries.processor.js';
import { DeliveryBells } from './delivery-bells.js';
import { DeliveryRounds } from './delivery-rounds.js';
import { DeliveryStore } from './redis-delivery-store.js';
import { WebhookStore } from './redis-webhook-store.js';
import { nameResolver } from './sending/endpoint-connection.js';
import { WebhookSender } from './sending/webhook-sender.js';
import { WebhookDisabling } from './webhook-disabling.js';
import { WebhookFanOut } from './webhook-fan-out.js';
import { WebhookNotices } from './webhook-notices.js';
import { WebhookSweep } from './webhook-sweep.js';
import { WebhooksModule } from './webhooks.module.js';

/** The part that only workers do: events are put in line, and sent. */
@Module({
  imports: [WebhooksModule],
  providers: [
    {
      provide: WebhookDisabling,
      inject: [WebhookStore, WebhookNotices, Clock, LOG],
      useFactory: (webhooks: WebhookStore, notices: WebhookNotices, clock: Clock, log: Log) =>
        new WebhookDisabling(webhooks, notices, clock, log),
    },
    {
      provide: WebhookFanOut,
      inject: [WebhookStore, DeliveryStore, DeliveryBells, WebhookDisabling, WebhookNotices, Clock, LOG],
      useFactory: (...tools: ConstructorParameters<typeof WebhookFanOut>) => new WebhookFanOut(...tools),
    },
    {
      provide: DeliveryWorkers,
      inject: [WebhookStore, DeliveryStore, WebhookDisabling, Clock, LOG, ENVIRONMENT_TOKEN, RingTools],
      useFactory: (
        webhooks: WebhookStore,
        deliveries: DeliveryStore,
        disabling: WebhookDisabling,
        clock: Clock,
        log: Log,
        { webhookAllowPrivate: allowPrivate, webhookRetryScheduleMs: delaysMs }: Environment,
        tools: RingTools,
      ) => {
        const sender = new WebhookSender({ allowPrivate, resolve: nameResolver() }, clock);
        const disable = disabling.disable.bind(disabling);
        const schedule = { delaysMs };
        const rounds = new DeliveryRounds({ webhooks, deliveries, sender, disable, clock, log, schedule });
        return new DeliveryWorkers(rounds, tools);
      },
    },
    {
      provide: WebhookSweep,
      inject: [WebhookStore, DeliveryStore, DeliveryBells, WebhookDisabling],
      useFactory: (...tools: ConstructorParameters<typeof WebhookSweep>) => new WebhookSweep(...tools),
    },
  ],
  exports: [DeliveryWorkers, WebhookFanOut, WebhookSweep],
})
export class WebhooksWorkerModule {}
