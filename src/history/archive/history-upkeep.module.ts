import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { GuardModule } from '../../operations/guard/guard.module.js';
import { StoreGuard } from '../../operations/guard/store-guard.js';
import { ClockSkew } from '../../platform/clock-skew.js';
import { Clock } from '../../platform/clock.js';
import type { Environment } from '../../platform/config/environment.js';
import type { Log } from '../../platform/log/log.js';
import { durableWrites } from '../../platform/redis/cluster-durable-writes.js';
import { DurableWrites } from '../../platform/redis/durable-writes.js';
import { COMMANDS } from '../../platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from '../../platform/tokens.js';
import { withinMs } from '../../platform/within.js';
import { ArchiveRound } from './archive-round.js';
import { ArchivedOperations } from './archived-operations.js';
import { EventFolding } from './event-folding.js';
import { historySettings } from './history-settings.js';
import { HistoryUpkeep } from './history-upkeep.js';
import { FinishedOperations } from './redis-finished-operations.js';
import { SegmentManifest } from './redis-segment-manifest.js';
import { Retention } from './retention.js';
import { SegmentShelf } from './segment-shelf.js';

/** Its own connections: WAIT holds up whoever comes after it. */
const NOTES = Symbol('durable notes of segments');

const STOPS_WITHIN_MS = 2_000;

/** The part of the history that only workers see to. */
@Module({
  imports: [GuardModule],
  providers: [
    {
      provide: NOTES,
      inject: [COMMANDS, ENVIRONMENT_TOKEN],
      useFactory: (redis: Redis, { waitReplicas }: Environment) =>
        durableWrites(redis, { replicas: waitReplicas }),
    },
    {
      provide: HistoryUpkeep,
      inject: [
        COMMANDS,
        NOTES,
        SegmentShelf,
        ArchivedOperations,
        StoreGuard,
        ClockSkew,
        ENVIRONMENT_TOKEN,
        Clock,
        LOG,
      ],
      useFactory: (
        redis: Redis,
        durable: DurableWrites,
        shelf: SegmentShelf,
        archived: ArchivedOperations,
        guard: StoreGuard,
        skew: ClockSkew,
        environment: Environment,
        clock: Clock,
        log: Log,
      ) => {
        const manifest = new SegmentManifest(redis, durable);
        const stored = new FinishedOperations(redis);
        const settings = historySettings(environment);
        const archiving = new ArchiveRound(stored, archived, shelf, manifest, settings, clock, log);
        const retention = new Retention(stored, shelf, manifest, settings, clock, log);
        return new HistoryUpkeep(manifest, archiving, retention, guard, skew, log);
      },
    },
    {
      provide: EventFolding,
      inject: [COMMANDS],
      useFactory: (redis: Redis) => new EventFolding(new FinishedOperations(redis)),
    },
  ],
  exports: [EventFolding],
})
export class HistoryUpkeepModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly upkeep: HistoryUpkeep,
    @Inject(NOTES) private readonly durable: DurableWrites,
  ) {}

  onApplicationBootstrap(): void {
    this.upkeep.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await withinMs(STOPS_WITHIN_MS, this.upkeep.stop()).catch(() => undefined);
    this.durable.close();
  }
}
