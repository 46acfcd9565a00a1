import { Global, Module } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../../platform/clock.js';
import type { Environment } from '../../platform/config/environment.js';
import type { Log } from '../../platform/log/log.js';
import { COMMANDS } from '../../platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from '../../platform/tokens.js';
import { ProviderRegistry } from '../../providers/registry.js';
import { DrillsService } from '../drills/drills.service.js';
import { DrillStore } from '../drills/redis-drill-store.js';
import { SiteDrills } from '../drills/site-drills.js';
import { InventoryService } from '../inventory.service.js';
import { ModelStore } from '../redis-model-store.js';
import { SiteWork } from '../site-work.js';
import { FindingsService } from './findings.service.js';
import { FindingsStore } from './redis-findings-store.js';
import { SiteFindings } from './site-findings.js';

const HOUR_MS = 3_600_000;

/** What is concluded from looks at the sites. Needs `SiteWork` from whoever wires the rooms together. */
@Global()
@Module({
  providers: [
    { provide: FindingsStore, inject: [COMMANDS], useFactory: (redis: Redis) => new FindingsStore(redis) },
    {
      provide: SiteDrills,
      inject: [COMMANDS, SiteWork, Clock, ENVIRONMENT_TOKEN],
      useFactory: (redis: Redis, work: SiteWork, clock: Clock, { drillDueHours }: Environment) =>
        new SiteDrills(new DrillStore(redis), work, clock, drillDueHours * HOUR_MS),
    },
    {
      provide: SiteFindings,
      inject: [FindingsStore, ModelStore, SiteDrills, SiteWork, Clock, ENVIRONMENT_TOKEN, LOG],
      useFactory: (
        store: FindingsStore,
        models: ModelStore,
        drills: SiteDrills,
        work: SiteWork,
        clock: Clock,
        { inspectionMs }: Environment,
        log: Log,
      ) => new SiteFindings(store, models, drills, work, clock, inspectionMs, log),
    },
    {
      provide: FindingsService,
      inject: [ProviderRegistry, FindingsStore],
      useFactory: (providers: ProviderRegistry, store: FindingsStore) =>
        new FindingsService(providers, store),
    },
    {
      provide: DrillsService,
      inject: [InventoryService, SiteDrills, FindingsStore, Clock],
      useFactory: (inventory: InventoryService, drills: SiteDrills, findings: FindingsStore, clock: Clock) =>
        new DrillsService(inventory, drills, findings, clock),
    },
  ],
  exports: [SiteFindings, FindingsService, DrillsService],
})
export class FindingsModule {}
