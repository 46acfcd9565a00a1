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
import { WaitingDeliveries } from './redis-waiting-deliveries.js';
import { WebhookStore } from './redis-webhook-store.js';
import { nameResolver } from './sending/name-resolver.js';
import { WebhookSender } from './sending/webhook-sender.js';
import { WaitingBounds, type WaitingLimits } from './waiting-bounds.js';
import { WebhookDisabling } from './webhook-disabling.js';
import { WebhookFanOut } from './webhook-fan-out.js';
import { WebhookNotices } from './webhook-notices.js';
import { backlogOf } from './webhook-backlog.js';
import { WebhookSweep } from './webhook-sweep.js';
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
      provide: WaitingBounds,
      inject: [WebhookStore, WaitingDeliveries, Clock, LOG, ENVIRONMENT_TOKEN, Metrics],
      useFactory: (
        webhooks: WebhookStore,
        lines: WaitingDeliveries,
        clock: Clock,
        log: Log,
        environment: Environment,
        metrics: Metrics,
      ) => {
        const limits = waitingLimits(environment);
        return new WaitingBounds(webhooks, lines, limits, clock, log, droppedCounter(metrics));
      },
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
        WaitingBounds,
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
        bounds: WaitingBounds,
        clock: Clock,
        log: Log,
      ) => {
        const known = new KnownWebhooks(store, clock);
        const telling = [disabling, notices, bounds, clock, log] as const;
        return new WebhookFanOut(cloudEvents, known, deliveries, bells, ...telling);
      },
    },
    {
      provide: DeliveryWorkers,
      inject: [
        WebhookStore,
        DeliveryStore,
        WaitingDeliveries,
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
        lines: WaitingDeliveries,
        disabling: WebhookDisabling,
        clock: Clock,
        log: Log,
        { webhookAllowPrivate: allowPrivate, webhookRetryScheduleMs: delaysMs }: Environment,
        tools: RingTools,
        metrics: Metrics,
      ) => {
        const sender = new WebhookSender({ allowPrivate, resolve: nameResolver() }, clock);
        const disable = disabling.disable.bind(disabling);
        const onAttempt = measured(metrics, webhooks, lines);
        const schedule = { delaysMs };
        const stores = { webhooks, deliveries };
        const rounds = new DeliveryRounds({ ...stores, sender, disable, clock, log, schedule, onAttempt });
        return new DeliveryWorkers(rounds, tools);
      },
    },
    {
      provide: WebhookSweep,
      inject: [
        WebhookStore,
        DeliveryStore,
        WaitingDeliveries,
        WaitingBounds,
        DeliveryBells,
        WebhookDisabling,
        WebhookNotices,
        Clock,
      ],
      useFactory: (
        webhooks: WebhookStore,
        deliveries: DeliveryStore,
        lines: WaitingDeliveries,
        bounds: WaitingBounds,
        bells: DeliveryBells,
        disabling: WebhookDisabling,
        notices: WebhookNotices,
        clock: Clock,
      ) => new WebhookSweep({ webhooks, deliveries, lines, bounds, bells, disabling, notices, clock }),
    },
  ],
  exports: [DeliveryWorkers, WebhookFanOut, WebhookSweep],
})
export class WebhooksWorkerModule {}

/** Answers who counts the attempts. */
function measured(metrics: Metrics, webhooks: WebhookStore, lines: WaitingDeliveries) {
  const backlog = () => backlogOf(webhooks, lines);
  metrics.gauge({ name: 'drgw_webhook_backlog', help: 'Deliveries to webhooks that wait.' }, async () => [
    { value: (await backlog()).waiting },
  ]);
  metrics.gauge({ name: 'drgw_webhook_backlog_bytes', help: 'Bytes of those deliveries.' }, async () => [
    { value: (await backlog()).bytes },
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

function waitingLimits(environment: Environment): WaitingLimits {
  const { webhookMaxWaiting, webhookMaxWaitingMegabytes, webhookDisabledKeptDays } = environment;
  return {
    deliveries: webhookMaxWaiting,
    bytes: webhookMaxWaitingMegabytes * 1_000_000,
    disabledKeptMs: webhookDisabledKeptDays * 24 * 3_600_000,
  };
}

/** Answers who counts what is dropped. */
function droppedCounter(metrics: Metrics) {
  const name = 'drgw_webhook_deliveries_dropped_total';
  const count = metrics.counter({ name, help: 'Deliveries that waited, and were dropped.', labelNames: [] });
  return (dropped: number) => count({}, dropped);
}
