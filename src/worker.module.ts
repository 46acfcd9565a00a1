import { Module, type DynamicModule } from '@nestjs/common';
import type { Redis } from 'ioredis';
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
import { OperationsWorkerModule } from './operations/operations-worker.module.js';
import { Clock } from './platform/clock.js';
import type { Environment } from './platform/config/environment.js';
import type { Log } from './platform/log/log.js';
import { PlatformModule } from './platform/platform.module.js';
import { BLOCKING } from './platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from './platform/tokens.js';
import { ProvidersModule } from './providers/providers.module.js';
import { ProviderRegistry } from './providers/registry.js';
import type { ConfiguredSite } from './providers/sites.js';
import { SiteWorkModule } from './site-work.module.js';

/** The worker process. Has no controllers. */
@Module({})
export class WorkerModule {
  static with(environment: Environment, sites: readonly ConfiguredSite[], log: Log): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        PlatformModule.with(environment, log),
        InventoryModule,
        ProvidersModule.with(sites),
        OperationsWorkerModule,
        SiteWorkModule,
        FindingsModule,
      ],
      providers: [
        {
          // Who draws conclusions from what the sites hold: one line each. These rooms do not know each other.
          provide: LOOK_CONSUMERS,
          // What began outside is an operation before findings are drawn that name it.
          inject: [ExternalOperations, SiteFindings],
          useFactory: (external: ExternalOperations, findings: SiteFindings): LookConsumer[] => [
            { name: 'external operations', take: (provider, look) => external.consider(provider, look) },
            findings,
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
          ],
          useFactory: (
            providers: ProviderRegistry,
            store: ModelStore,
            refresher: SiteRefresher,
            bells: RefreshBells,
            consumers: LookConsumer[],
            { inventoryRefreshMs }: Environment,
            clock: Clock,
            rounds: Log,
          ) =>
            new RefreshRounds(
              providers,
              store,
              refresher,
              bells,
              consumers,
              inventoryRefreshMs,
              clock,
              rounds,
            ),
        },
        {
          provide: RefreshWorkers,
          inject: [BLOCKING, RefreshRounds, Clock, LOG],
          useFactory: (redis: Redis, rounds: RefreshRounds, clock: Clock, workers: Log) =>
            new RefreshWorkers(redis, rounds, clock, workers),
        },
      ],
    };
  }
}
