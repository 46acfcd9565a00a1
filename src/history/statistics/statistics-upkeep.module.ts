import { Module } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { OperationStore } from '../../operations/operation-store.js';
import { OperationsModule } from '../../operations/operations.module.js';
import { Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import { COMMANDS } from '../../platform/redis/redis.module.js';
import { LOG } from '../../platform/tokens.js';
import { ProviderRegistry } from '../../providers/registry.js';
import { StatisticsStore } from './redis-statistics-store.js';
import { StatisticsCounting } from './statistics-counting.js';
import { StatisticsUpkeep } from './statistics-upkeep.js';

/** Counts what has ended, in the worker process. */
@Module({
  imports: [OperationsModule],
  providers: [
    {
      provide: StatisticsUpkeep,
      inject: [COMMANDS, OperationStore, ProviderRegistry, Clock, LOG],
      useFactory: (
        redis: Redis,
        history: OperationStore,
        providers: ProviderRegistry,
        clock: Clock,
        log: Log,
      ) => {
        const store = new StatisticsStore(redis);
        return new StatisticsUpkeep(new StatisticsCounting(store, history, clock), store, providers, log);
      },
    },
  ],
  exports: [StatisticsUpkeep],
})
export class StatisticsUpkeepModule {}
