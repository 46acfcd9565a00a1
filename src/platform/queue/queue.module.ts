import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../clock.js';
import type { Log } from '../log/log.js';
import { CanaryBoard } from '../redis/canary-board.js';
import { StoreReadiness } from '../redis/readiness.js';
import { ShardConnections } from '../redis/shard-connections.js';
import { COMMANDS } from '../redis/redis.module.js';
import { LOG } from '../tokens.js';
import { withinMs } from '../within.js';
import { Canaries } from './canaries.queue.js';
import { RingTools } from './ring-workers.processor.js';
import { StoreBreaks } from './store-breaks.js';
import { WorkerPulse } from './worker-pulse.js';

const CLOSING_TAKES_MS = 2_000;

/** What the queues of a worker process have in common. */
@Global()
@Module({})
export class QueueModule implements OnApplicationShutdown {
  static of(queues: readonly string[]): DynamicModule {
    return {
      module: QueueModule,
      providers: [
        {
          provide: Canaries,
          inject: [COMMANDS, LOG],
          useFactory: (redis: Redis, log: Log) => new Canaries(queues, redis, log),
        },
        {
          provide: WorkerPulse,
          inject: [Canaries, CanaryBoard, StoreReadiness, Clock],
          useFactory: (canaries: Canaries, board: CanaryBoard, store: StoreReadiness, clock: Clock) =>
            new WorkerPulse({ canaries, board, store, clock }),
        },
        {
          provide: StoreBreaks,
          inject: [StoreReadiness, LOG],
          useFactory: (store: StoreReadiness, log: Log) => new StoreBreaks({ store, log }),
        },
        {
          provide: RingTools,
          inject: [ShardConnections, Clock, LOG, WorkerPulse, StoreBreaks],
          useFactory: (
            connections: ShardConnections,
            clock: Clock,
            log: Log,
            pulse: WorkerPulse,
            breaks: StoreBreaks,
          ) => new RingTools((shard) => connections.of(shard), clock, log, pulse, breaks),
        },
      ],
      exports: [WorkerPulse, RingTools],
    };
  }

  constructor(@Inject(Canaries) private readonly canaries: Canaries) {}

  async onApplicationShutdown(): Promise<void> {
    await withinMs(CLOSING_TAKES_MS, this.canaries.close()).catch(() => undefined);
  }
}
