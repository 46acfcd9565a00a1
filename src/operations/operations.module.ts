import { Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { COMMANDS } from '../platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { ProviderRegistry } from '../providers/registry.js';
import { Doorbells } from './doorbells.js';
import { QueueDoorbells } from './doorbells.queue.js';
import { OperationStore } from './operation-store.js';
import { OperationsService } from './operations.service.js';
import { RedisOperationStore } from './redis-operation-store.js';
import { Resolutions } from './resolutions.js';
import { operationSettings } from './settings.js';

/** The part of the long work that both processes have: the store, the bells, and the questions about operations. */
@Module({
  providers: [
    {
      provide: OperationStore,
      inject: [COMMANDS, Clock],
      useFactory: (redis: Redis, clock: Clock) => new RedisOperationStore(redis, clock),
    },
    {
      provide: QueueDoorbells,
      inject: [COMMANDS, LOG],
      useFactory: (redis: Redis, log: Log) => new QueueDoorbells(redis, log),
    },
    { provide: Doorbells, useExisting: QueueDoorbells },
    {
      provide: OperationsService,
      inject: [OperationStore, ProviderRegistry, Doorbells, Clock],
      useFactory: (store: OperationStore, providers: ProviderRegistry, doorbells: Doorbells, clock: Clock) =>
        new OperationsService(store, providers, doorbells, clock),
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
  exports: [OperationStore, Doorbells, OperationsService, Resolutions],
})
export class OperationsModule implements OnApplicationShutdown {
  constructor(private readonly doorbells: QueueDoorbells) {}

  async onApplicationShutdown(): Promise<void> {
    const closed = this.doorbells.close();
    const late = new Promise((resolve) => setTimeout(resolve, 2_000).unref());
    await Promise.race([closed, late]);
  }
}
