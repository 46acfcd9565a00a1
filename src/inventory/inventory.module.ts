import { Global, Module } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { COMMANDS } from '../platform/redis/redis.module.js';
import { LOG } from '../platform/tokens.js';
import { SiteMemory } from '../providers/provider-driver.js';
import { ProviderRegistry } from '../providers/registry.js';
import { InventoryService } from './inventory.service.js';
import { RedisSiteMemory } from './redis-site-memory.js';
import { SnapshotStore } from './redis-snapshot-store.js';

/** What is kept about the sites between two looks; the small facts of it are for the drivers, too. */
@Global()
@Module({
  providers: [
    { provide: SiteMemory, inject: [COMMANDS], useFactory: (redis: Redis) => new RedisSiteMemory(redis) },
    { provide: SnapshotStore, inject: [COMMANDS], useFactory: (redis: Redis) => new SnapshotStore(redis) },
    {
      provide: InventoryService,
      inject: [ProviderRegistry, SnapshotStore, Clock, LOG],
      useFactory: (providers: ProviderRegistry, snapshots: SnapshotStore, clock: Clock, log: Log) =>
        new InventoryService(providers, snapshots, clock, log),
    },
  ],
  exports: [SiteMemory, InventoryService],
})
export class InventoryModule {}
