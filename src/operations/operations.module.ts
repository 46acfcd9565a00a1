import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { ClockSkew } from '../platform/clock-skew.js';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/log/throttled.js';
import { durableWrites } from '../platform/redis/cluster-durable-writes.js';
import { DurableWrites } from '../platform/redis/durable-writes.js';
import { COMMANDS } from '../platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { ProviderRegistry } from '../providers/registry.js';
import { Doorbells } from './doorbells.js';
import { QueueDoorbells } from './doorbells.queue.js';
import { DurableOperationStore } from './durable-operation-store.js';
import { GuardModule } from './guard/guard.module.js';
import { StoreGuard } from './guard/store-guard.js';
import { JournalUpkeep } from './journal-upkeep.js';
import { JournalModule } from './journal/journal.module.js';
import { Journal } from './journal/journal.js';
import { MeasuredWorkModule } from './measured-work.module.js';
import { OperationArchive } from './operation-archive.js';
import { OperationStore } from './operation-store.js';
import { OperationsService } from './operations.service.js';
import { PastRecords } from './past-records.js';
import { RedisOperationStore } from './redis-operation-store.js';
import { RedisPastRecords } from './redis-past-records.js';
import { Resolutions } from './resolutions.js';
import { operationSettings } from './settings.js';
import { WrittenVersions } from './written-versions.js';

/** The part of the long work that both processes have: the store, the bells, and the questions about operations. */
@Module({
  imports: [JournalModule, GuardModule, MeasuredWorkModule],
  providers: [
    {
      provide: DurableWrites,
      inject: [COMMANDS, ENVIRONMENT_TOKEN],
      useFactory: (redis: Redis, { waitReplicas }: Environment) =>
        durableWrites(redis, { replicas: waitReplicas }),
    },
    {
      provide: OperationStore,
      inject: [COMMANDS, DurableWrites, Journal, StoreGuard, Clock, LOG, WrittenVersions, OperationArchive],
      useFactory: (
        redis: Redis,
        durable: DurableWrites,
        journal: Journal,
        guard: StoreGuard,
        clock: Clock,
        log: Log,
        written: WrittenVersions,
        archive: OperationArchive,
      ) => {
        const untold = throttled(log, 'replicas');
        const store = new RedisOperationStore(redis, clock, guard, durable, untold, written, archive);
        return new DurableOperationStore(store, journal, guard, clock, throttled(log, 'journal'));
      },
    },
    {
      provide: PastRecords,
      inject: [COMMANDS, StoreGuard],
      useFactory: (redis: Redis, guard: StoreGuard) => new RedisPastRecords(redis, guard),
    },
    {
      provide: JournalUpkeep,
      inject: [Journal, OperationStore, StoreGuard, Clock, LOG],
      useFactory: (journal: Journal, store: OperationStore, guard: StoreGuard, clock: Clock, log: Log) =>
        new JournalUpkeep(journal, store, guard, clock, log),
    },
    {
      provide: QueueDoorbells,
      inject: [COMMANDS, LOG],
      useFactory: (redis: Redis, log: Log) => new QueueDoorbells(redis, log),
    },
    { provide: Doorbells, useExisting: QueueDoorbells },
    {
      provide: OperationsService,
      inject: [OperationStore, ProviderRegistry, Doorbells, Clock, ClockSkew],
      useFactory: (
        store: OperationStore,
        providers: ProviderRegistry,
        doorbells: Doorbells,
        clock: Clock,
        skew: ClockSkew,
      ) => new OperationsService(store, providers, doorbells, clock, skew),
    },
    {
      provide: Resolutions,
      inject: [OperationStore, ProviderRegistry, Doorbells, Clock, ENVIRONMENT_TOKEN],
      useFactory: (
        store: OperationStore,
        providers: ProviderRegistry,
        doorbells: Doorbells,
        clock: Clock,
        environment: Environment,
      ) => new Resolutions(store, providers, doorbells, clock, operationSettings(environment)),
    },
  ],
  exports: [
    OperationStore,
    PastRecords,
    GuardModule,
    JournalModule,
    MeasuredWorkModule,
    Doorbells,
    OperationsService,
    Resolutions,
  ],
})
export class OperationsModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly doorbells: QueueDoorbells,
    private readonly durable: DurableWrites,
    private readonly upkeep: JournalUpkeep,
  ) {}

  onApplicationBootstrap(): void {
    this.upkeep.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.upkeep.stop();
    const closed = this.doorbells.close();
    const late = new Promise((resolve) => setTimeout(resolve, 2_000).unref());
    await Promise.race([closed, late]);
    this.durable.close();
  }
}
