import { Global, Module } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { EventFeed } from '../../events/event-feed.js';
import { EventsModule } from '../../events/events.module.js';
import { DrillsService } from '../../inventory/drills/drills.service.js';
import { InventoryService } from '../../inventory/inventory.service.js';
import { OperationStore } from '../../operations/operation-store.js';
import { OperationsModule } from '../../operations/operations.module.js';
import { Clock } from '../../platform/clock.js';
import { COMMANDS } from '../../platform/redis/redis.module.js';
import { ProviderRegistry } from '../../providers/registry.js';
import { StatisticsStore } from '../statistics/redis-statistics-store.js';
import { StatisticsService } from '../statistics/statistics.service.js';
import { DrillCoverageService } from './drill-coverage.service.js';
import { OperationReports } from './operation-report.service.js';

/** What the history says, for the API process. */
@Global()
@Module({
  imports: [OperationsModule, EventsModule],
  providers: [
    {
      provide: StatisticsService,
      inject: [COMMANDS],
      useFactory: (redis: Redis) => new StatisticsService(new StatisticsStore(redis)),
    },
    {
      provide: DrillCoverageService,
      inject: [InventoryService, DrillsService, StatisticsService, ProviderRegistry, Clock],
      useFactory: (...parts: ConstructorParameters<typeof DrillCoverageService>) =>
        new DrillCoverageService(...parts),
    },
    {
      provide: OperationReports,
      inject: [OperationStore, EventFeed, DrillsService, ProviderRegistry, Clock],
      useFactory: (...parts: ConstructorParameters<typeof OperationReports>) =>
        new OperationReports(...parts),
    },
  ],
  exports: [StatisticsService, DrillCoverageService, OperationReports],
})
export class ReportsModule {}
