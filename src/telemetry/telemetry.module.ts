import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { ModelStore } from '../inventory/redis-model-store.js';
import { StoreGuard } from '../operations/guard/store-guard.js';
import { OperationsModule } from '../operations/operations.module.js';
import { WatchMarks } from '../operations/redis-watch-marks.js';
import { WrittenVersions } from '../operations/written-versions.js';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { Metrics } from '../platform/metrics.js';
import { QueueDepths } from '../platform/queue/queue-depths.queue.js';
import { BLOCKING, COMMANDS } from '../platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { withinMs } from '../platform/within.js';
import { ProviderRegistry } from '../providers/registry.js';
import { measureOperations } from './operation-measures.js';
import { traceVerdicts } from './operation-traces.js';
import { measureSites } from './site-measures.js';
import { measureStore } from './redis-store-measures.js';
import { measureUpstreams } from './upstream-measures.js';

const CLOSING_TAKES_MS = 2_000;
/** Ends what goes on beyond the process's own life. */
const ENDS = Symbol('ends of measuring');

/** What a process lets be seen of its work. Nothing in it decides anything, and nobody needs it. */
@Module({})
export class TelemetryModule implements OnApplicationShutdown {
  /** @param queues those whose depth is told */
  static of(queues: readonly string[]): DynamicModule {
    return {
      module: TelemetryModule,
      imports: [OperationsModule],
      providers: [
        {
          provide: QueueDepths,
          inject: [COMMANDS, LOG],
          useFactory: (redis: Redis, log: Log) => new QueueDepths(queues, redis, log),
        },
        {
          provide: ENDS,
          inject: [
            Metrics,
            WrittenVersions,
            WatchMarks,
            StoreGuard,
            QueueDepths,
            ProviderRegistry,
            ModelStore,
            Clock,
            COMMANDS,
            BLOCKING,
            ENVIRONMENT_TOKEN,
          ],
          useFactory: (
            metrics: Metrics,
            written: WrittenVersions,
            marks: WatchMarks,
            guard: StoreGuard,
            depths: QueueDepths,
            providers: ProviderRegistry,
            models: ModelStore,
            clock: Clock,
            commands: Redis,
            blocking: Redis,
            { metricsMostSites }: Environment,
          ) => {
            measureOperations(written, metrics);
            traceVerdicts(written);
            measureStore({ metrics, commands, connections: [commands, blocking], depths, marks, guard });
            measureSites({ providers, models, clock, metrics, mostSites: metricsMostSites });
            return measureUpstreams(metrics);
          },
        },
      ],
    };
  }

  constructor(
    @Inject(ENDS) private readonly endMeasuring: () => void,
    private readonly depths: QueueDepths,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    this.endMeasuring();
    await withinMs(CLOSING_TAKES_MS, this.depths.close()).catch(() => undefined);
  }
}
