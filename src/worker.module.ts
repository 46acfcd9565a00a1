import { Module, type DynamicModule } from '@nestjs/common';
import { ConsumerTurns } from './events/consumer-turns.js';
import { EVENT_CONSUMERS, type EventConsumer } from './events/event-consumer.js';
import { EventConsumption } from './events/event-consumption.js';
import { EventsModule } from './events/events.module.js';
import { RedisEventTail } from './events/redis-event-tail.js';
import { HealthModule, QUEUES } from './health.module.js';
import { EventFolding } from './history/archive/event-folding.js';
import { HistoryArchiveModule } from './history/archive/history-archive.module.js';
import { HistoryUpkeepModule } from './history/archive/history-upkeep.module.js';
import { StatisticsUpkeep } from './history/statistics/statistics-upkeep.js';
import { StatisticsUpkeepModule } from './history/statistics/statistics-upkeep.module.js';
import { FindingsModule } from './inventory/findings/findings.module.js';
import { SiteFindings } from './inventory/findings/site-findings.js';
import { InventoryModule } from './inventory/inventory.module.js';
import { LOOK_CONSUMERS, type LookConsumer } from './inventory/look-consumers.js';
import { ModelStore } from './inventory/redis-model-store.js';
import { RefreshBells } from './inventory/refresh-bells.js';
import { RefreshRounds } from './inventory/refresh-rounds.js';
import { RefreshWorkers } from './inventory/refreshes.processor.js';
import { SiteRefresher } from './inventory/site-refresher.js';
import { ExternalOperations } from './operations/external-operations.js';
import { GuardKeeper } from './operations/guard/guard-keeper.js';
import { GuardModule } from './operations/guard/guard.module.js';
import { OperationsWorkerModule } from './operations/operations-worker.module.js';
import { PastOperations } from './operations/past-operations.js';
import { Clock } from './platform/clock.js';
import type { Environment } from './platform/config/environment.js';
import type { Log } from './platform/log/log.js';
import { Metrics } from './platform/metrics.js';
import { PlatformModule } from './platform/platform.module.js';
import { QueueModule } from './platform/queue/queue.module.js';
import { RingTools } from './platform/queue/ring-workers.processor.js';
import { throttled } from './platform/log/throttled.js';
import { ENVIRONMENT_TOKEN, LOG } from './platform/tokens.js';
import { ProvidersModule } from './providers/providers.module.js';
import { ProviderRegistry } from './providers/registry.js';
import type { ConfiguredSite } from './providers/sites.js';
import { SiteWorkModule } from './site-work.module.js';
import { WebhookFanOut } from './webhooks/webhook-fan-out.js';
import { WebhooksWorkerModule } from './webhooks/webhooks-worker.module.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';

/** The worker process. Has no controllers. */
@Module({})
export class WorkerModule {
  static with(environment: Environment, sites: readonly ConfiguredSite[], log: Log): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        PlatformModule.with(environment, log),
        QueueModule.of(QUEUES),
        HealthModule.ofWorker(),
        InventoryModule,
        ProvidersModule.with(sites),
        HistoryArchiveModule,
        OperationsWorkerModule,
        HistoryUpkeepModule,
        StatisticsUpkeepModule,
        GuardModule,
        SiteWorkModule,
        FindingsModule,
        EventsModule,
        WebhooksWorkerModule,
        TelemetryModule.of(QUEUES),
      ],
      providers: [
        {
          // Who is told of every event, from a position that is kept: one line each. These rooms do not know each other.
          provide: EVENT_CONSUMERS,
          inject: [WebhookFanOut, StatisticsUpkeep, EventFolding],
          useFactory: (...consumers: EventConsumer[]): EventConsumer[] => consumers,
        },
        {
          provide: EventConsumption,
          inject: [EVENT_CONSUMERS, ConsumerTurns, RedisEventTail, LOG, Metrics, Clock],
          useFactory: (
            consumers: EventConsumer[],
            turns: ConsumerTurns,
            tail: RedisEventTail,
            consumptionLog: Log,
            metrics: Metrics,
            clock: Clock,
          ) => {
            metrics.gauge(
              {
                name: 'drgw_event_consumer_lag_seconds',
                help: 'How long the oldest event has waited that a consumer of events has not handled.',
                labelNames: ['consumer'],
              },
              () =>
                Promise.all(
                  consumers.map(async (consumer) => ({
                    value: await turns.lagSeconds(consumer, clock.now()),
                    labels: { consumer: consumer.name },
                  })),
                ),
            );
            const consumption = new EventConsumption(consumers, turns, consumptionLog);
            tail.listen((shard) => consumption.wake(shard));
            return consumption;
          },
        },
        {
          // Who draws conclusions from what the sites hold: one line each. These rooms do not know each other.
          provide: LOOK_CONSUMERS,
          // What began outside is an operation before findings are drawn that name it.
          inject: [ExternalOperations, GuardKeeper, SiteFindings, PastOperations],
          useFactory: (
            external: ExternalOperations,
            guard: GuardKeeper,
            findings: SiteFindings,
            past: PastOperations,
          ): LookConsumer[] => [
            {
              name: 'external operations',
              take: async (provider, look) => {
                await external.consider(provider, look);
                // What runs there is known and locked now, whatever the store has lost.
                await guard.siteSeen(provider.siteId, look.after.takenMs);
              },
            },
            findings,
            // What is under way there is recorded by now: what is left to tell has ended.
            { name: 'past operations', take: async (provider, look) => past.begin(provider, look) },
          ],
        },
        {
          provide: RefreshRounds,
          inject: [
            ProviderRegistry,
            ModelStore,
            SiteRefresher,
            RefreshBells,
            LOOK_CONSUMERS,
            ENVIRONMENT_TOKEN,
            Clock,
            LOG,
            GuardKeeper,
          ],
          useFactory: (
            providers: ProviderRegistry,
            store: ModelStore,
            refresher: SiteRefresher,
            bells: RefreshBells,
            consumers: LookConsumer[],
            { inventoryRefreshMs }: Environment,
            clock: Clock,
            roundsLog: Log,
            guard: GuardKeeper,
          ) => {
            const rounds = new RefreshRounds(
              providers,
              store,
              refresher,
              bells,
              consumers,
              inventoryRefreshMs,
              clock,
              roundsLog,
              () => guard.looksWantedSinceMs,
            );
            const missed = throttled(roundsLog, 'hurrying to the sites');
            guard.whenLost(() => void rounds.hurry().catch(missed));
            return rounds;
          },
        },
        {
          provide: RefreshWorkers,
          inject: [RefreshRounds, RingTools],
          useFactory: (rounds: RefreshRounds, tools: RingTools) => new RefreshWorkers(rounds, tools),
        },
      ],
    };
  }
}
