import { Module } from '@nestjs/common';
import { CloudEvents } from '../events/cloud-events.js';
import { EventsModule } from '../events/events.module.js';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { Metrics } from '../platform/metrics.js';
import { RingTools } from '../platform/queue/ring-workers.processor.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { DeliveryWorkers } from './deliveries.processor.js';
import { DeliveryBells } from './delivery-bells.js';
import { DeliveryRounds, type AttemptResult } from './delivery-rounds.js';
import { KnownWebhooks } from './known-webhooks.js';
import { DeliveryStore } from './redis-delivery-store.js';
import { WebhookStore } from './redis-webhook-store.js';
import { nameResolver } from './sending/endpoint-connection.js';
import { WebhookSender } from './sending/webhook-sender.js';
import { WebhookDisabling } from './webhook-disabling.js';
import { WebhookFanOut } from './webhook-fan-out.js';
import { WebhookNotices } from './webhook-notices.js';
import { backlogOf, WebhookSweep } from './webhook-sweep.js';
import { WebhooksModule } from './webhooks.module.js';

/** The part that only workers do: events are put in line, and sent. */
@Module({
  imports: [EventsModule, WebhooksModule],
  providers: [
    {
      provide: WebhookDisabling,
      inject: [WebhookStore, WebhookNotices, Clock, LOG],
      useFactory: (webhooks: WebhookStore, notices: WebhookNotices, clock: Clock, log: Log) =>
        new WebhookDisabling(webhooks, notices, clock, log),
    },
    {
      provide: WebhookFanOut,
      inject: [
        CloudEvents,
        WebhookStore,
        DeliveryStore,
        DeliveryBells,
        WebhookDisabling,
        WebhookNotices,
        Clock,
        LOG,
      ],
      useFactory: (
        cloudEvents: CloudEvents,
        store: WebhookStore,
        deliveries: DeliveryStore,
        bells: DeliveryBells,
        disabling: WebhookDisabling,
        notices: WebhookNotices,
        clock: Clock,
        log: Log,
      ) => {
        const known = new KnownWebhooks(store, clock);
        return new WebhookFanOut(cloudEvents, known, deliveries, bells, disabling, notices, clock, log);
      },
    },
    {
      provide: DeliveryWorkers,
      inject: [
        WebhookStore,
        DeliveryStore,
        WebhookDisabling,
        Clock,
        LOG,
        ENVIRONMENT_TOKEN,
        RingTools,
        Metrics,
      ],
      useFactory: (
        webhooks: WebhookStore,
        deliveries: DeliveryStore,
        disabling: WebhookDisabling,
        clock: Clock,
        log: Log,
        { webhookAllowPrivate: allowPrivate, webhookRetryScheduleMs: delaysMs }: Environment,
        tools: RingTools,
        metrics: Metrics,
      ) => {
        const sender = new WebhookSender({ allowPrivate, resolve: nameResolver() }, clock);
        const disable = disabling.disable.bind(disabling);
        const onAttempt = measured(metrics, webhooks, deliveries);
        const schedule = { delaysMs };
        const stores = { webhooks, deliveries };
        const rounds = new DeliveryRounds({ ...stores, sender, disable, clock, log, schedule, onAttempt });
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

/** Answers who counts the attempts. */
function measured(metrics: Metrics, webhooks: WebhookStore, deliveries: DeliveryStore) {
  const backlog = () => backlogOf(webhooks, deliveries);
  metrics.gauge({ name: 'drgw_webhook_backlog', help: 'Deliveries to webhooks that wait.' }, async () => [
    { value: (await backlog()).waiting },
  ]);
  metrics.gauge(
    { name: 'drgw_webhooks_disabled', help: 'Webhooks that the gateway disabled because of their endpoint.' },
    async () => [{ value: (await backlog()).disabledByGateway }],
  );
  const count = metrics.counter({
    name: 'drgw_webhook_attempts_total',
    help: 'Requests to webhooks, by what came of them.',
    labelNames: ['result'],
  });
  return (result: AttemptResult) => count({ result });
}
