import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { COMMANDS } from '../platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { NoticedLists } from '../providers/noticed-lists.js';
import { SiteMemory } from '../providers/provider-driver.js';
import { ProviderRegistry } from '../providers/registry.js';
import { ByCatch } from './by-catch.js';
import { InventoryService } from './inventory.service.js';
import { RecentAnswers } from './recent-answers.js';
import { AnswerStore } from './redis-answer-store.js';
import { ModelStore } from './redis-model-store.js';
import { RedisSiteMemory } from './redis-site-memory.js';
import { RefreshBells } from './refresh-bells.js';
import { QueueRefreshBells } from './refreshes.queue.js';
import { SiteRefresher } from './site-refresher.js';

const QUEUES_END_WITHIN_MS = 2_000;

/** What is kept about the sites between two looks; the small facts of it are for the drivers, too. */
@Global()
@Module({
  providers: [
    { provide: SiteMemory, inject: [COMMANDS], useFactory: (redis: Redis) => new RedisSiteMemory(redis) },
    { provide: ModelStore, inject: [COMMANDS], useFactory: (redis: Redis) => new ModelStore(redis) },
    {
      provide: QueueRefreshBells,
      inject: [COMMANDS, LOG],
      useFactory: (redis: Redis, log: Log) => new QueueRefreshBells(redis, log),
    },
    { provide: RefreshBells, useExisting: QueueRefreshBells },
    {
      provide: SiteRefresher,
      inject: [ModelStore, Clock, LOG],
      useFactory: (store: ModelStore, clock: Clock, log: Log) => new SiteRefresher(store, clock, log),
    },
    {
      provide: NoticedLists,
      inject: [SiteRefresher, RefreshBells, LOG],
      useFactory: (refresher: SiteRefresher, bells: RefreshBells, log: Log) =>
        new ByCatch(refresher, bells, log),
    },
    {
      provide: RecentAnswers,
      inject: [COMMANDS, ModelStore, Clock, LOG],
      useFactory: (redis: Redis, models: ModelStore, clock: Clock, log: Log) =>
        new RecentAnswers(new AnswerStore(redis), models, clock, log),
    },
    {
      provide: InventoryService,
      inject: [ProviderRegistry, ModelStore, SiteRefresher, RefreshBells, ENVIRONMENT_TOKEN, Clock],
      useFactory: (
        providers: ProviderRegistry,
        store: ModelStore,
        refresher: SiteRefresher,
        bells: RefreshBells,
        { inventoryRefreshMs }: Environment,
        clock: Clock,
      ) => new InventoryService(providers, store, refresher, bells, inventoryRefreshMs, clock),
    },
  ],
  exports: [
    SiteMemory,
    NoticedLists,
    InventoryService,
    RecentAnswers,
    ModelStore,
    SiteRefresher,
    RefreshBells,
  ],
})
export class InventoryModule implements OnApplicationShutdown {
  constructor(private readonly bells: QueueRefreshBells) {}

  async onApplicationShutdown(): Promise<void> {
    const closed = this.bells.close();
    const late = new Promise((resolve) => setTimeout(resolve, QUEUES_END_WITHIN_MS).unref());
    await Promise.race([closed, late]);
  }
}
