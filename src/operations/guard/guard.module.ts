import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../../platform/clock.js';
import type { Environment } from '../../platform/config/environment.js';
import type { Log } from '../../platform/log/log.js';
import { clusterBehind } from '../../platform/redis/connection.js';
import { RedisClockSkew } from '../../platform/redis/redis-clock-skew.js';
import { COMMANDS } from '../../platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from '../../platform/tokens.js';
import { Journal } from '../journal/journal.js';
import { JournalModule } from '../journal/journal.module.js';
import { OperationArchive } from '../operation-archive.js';
import { RedisOperationStore } from '../redis-operation-store.js';
import { GuardKeeper } from './guard-keeper.js';
import { GuardRounds } from './guard-rounds.js';
import { JournalComparison } from './journal-comparison.js';
import { RedisGuardBoard } from './redis-guard-board.js';
import { RedisRestorableStore } from './redis-restorable-store.js';
import { StoreGuard } from './store-guard.js';

/** The guard of this process, as both processes have one. */
@Module({
  imports: [JournalModule],
  providers: [
    {
      provide: RedisGuardBoard,
      inject: [COMMANDS],
      useFactory: (redis: Redis) => new RedisGuardBoard(redis),
    },
    {
      provide: GuardKeeper,
      inject: [
        ...[COMMANDS, RedisGuardBoard, Journal, ENVIRONMENT_TOKEN],
        ...[Clock, RedisClockSkew, LOG, OperationArchive],
      ],
      useFactory: (
        redis: Redis,
        board: RedisGuardBoard,
        journal: Journal,
        environment: Environment,
        clock: Clock,
        skew: RedisClockSkew,
        log: Log,
        archive: OperationArchive,
      ) => {
        // Unguarded: what it reads and writes is what the guard is closed for. What a journal still knows of the archive is
        // no loss.
        const inner = new RedisOperationStore(
          redis,
          clock,
          undefined,
          undefined,
          undefined,
          undefined,
          archive,
        );
        const store = new RedisRestorableStore(redis, inner, clock);
        const comparison = new JournalComparison(journal, store, clock, skew);
        return new GuardKeeper(
          board,
          journal,
          comparison,
          clock,
          {
            patienceMs: environment.quarantineMs,
            ...(clusterBehind(redis) ? {} : { waitReplicas: environment.waitReplicas }),
          },
          log,
        );
      },
    },
    { provide: StoreGuard, useExisting: GuardKeeper },
    {
      provide: GuardRounds,
      inject: [GuardKeeper, RedisGuardBoard],
      useFactory: (keeper: GuardKeeper, board: RedisGuardBoard) => new GuardRounds(keeper, board),
    },
  ],
  exports: [StoreGuard, GuardKeeper],
})
export class GuardModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly rounds: GuardRounds) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.rounds.start();
  }

  onApplicationShutdown(): void {
    this.rounds.stop();
  }
}
