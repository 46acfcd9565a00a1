import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { KeptAuditTrail } from './audit/kept-audit-trail.js';
import {
  auditCheck,
  clockCheck,
  connectionsCheck,
  evictionCheck,
  guardCheck,
  journalCheck,
  queuesCheck,
  replicasCheck,
  storeCheck,
  workersCheck,
} from './health-checks.js';
import { REFRESHES } from './inventory/refreshes.queue.js';
import { SUBMISSIONS, WATCHES } from './operations/doorbells.queue.js';
import { StoreGuard } from './operations/guard/store-guard.js';
import { Journal } from './operations/journal/journal.js';
import { OperationsModule } from './operations/operations.module.js';
import { EventLoopCheck } from './platform/health/event-loop.js';
import { Health, type Matters } from './platform/health/health.js';
import { placesOf } from './platform/queue/queue-place.js';
import { WorkerPulse } from './platform/queue/worker-pulse.js';
import { CanaryBoard } from './platform/redis/canary-board.js';
import { RedisClockSkew } from './platform/redis/redis-clock-skew.js';
import { StoreReadiness } from './platform/redis/readiness.js';
import { BLOCKING, COMMANDS } from './platform/redis/redis.module.js';
import { ReplicaReadiness } from './platform/redis/replica-readiness.js';
import { DELIVERIES } from './webhooks/deliveries.queue.js';

const CLOCKS_COMPARED_EVERY_MS = 10_000;

/** All queues that workers answer. */
export const QUEUES: readonly string[] = [SUBMISSIONS, WATCHES, REFRESHES, DELIVERIES];

const OF_EVERY_PROCESS = [
  StoreReadiness,
  ReplicaReadiness,
  Journal,
  StoreGuard,
  RedisClockSkew,
  EventLoopCheck,
  COMMANDS,
  BLOCKING,
] as const;

/** @param holding what it means for this process that the guard holds */
function checksOfEveryProcess(
  holding: Matters,
  store: StoreReadiness,
  replicas: ReplicaReadiness,
  journal: Journal,
  guard: StoreGuard,
  skew: RedisClockSkew,
  eventLoop: EventLoopCheck,
  ...connections: Redis[]
) {
  // The first one that fails is the one that is told first.
  return [
    storeCheck(store),
    evictionCheck(store),
    replicasCheck(replicas),
    journalCheck(journal),
    guardCheck(guard, holding),
    clockCheck(skew),
    eventLoop,
    connectionsCheck(() => connections.map(({ status }) => status)),
  ];
}

type OfEveryProcess = Parameters<typeof checksOfEveryProcess> extends [Matters, ...infer Rest] ? Rest : never;

/** What a process knows of itself, from every room. */
@Global()
@Module({ imports: [OperationsModule] })
export class HealthModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private comparing: NodeJS.Timeout | undefined;

  constructor(
    private readonly skew: RedisClockSkew,
    private readonly eventLoop: EventLoopCheck,
  ) {}

  static ofApi(): DynamicModule {
    const health = healthModule({
      provide: Health,
      inject: [CanaryBoard, KeptAuditTrail, ...OF_EVERY_PROCESS],
      useFactory: (board: CanaryBoard, audit: KeptAuditTrail, ...rest: OfEveryProcess) =>
        new Health([
          ...checksOfEveryProcess('TOLD', ...rest),
          auditCheck(audit),
          workersCheck(board, placesOf(QUEUES)),
        ]),
    });
    return { ...health, imports: [AuditModule] };
  }

  static ofWorker(): DynamicModule {
    return healthModule({
      provide: Health,
      inject: [WorkerPulse, ...OF_EVERY_PROCESS],
      useFactory: (pulse: WorkerPulse, ...rest: OfEveryProcess) =>
        new Health([...checksOfEveryProcess('READINESS', ...rest), queuesCheck(pulse)]),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.skew.measure();
    this.comparing = setInterval(() => void this.skew.measure(), CLOCKS_COMPARED_EVERY_MS);
    this.comparing.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.comparing);
    this.eventLoop.close();
  }
}

function healthModule(health: NonNullable<DynamicModule['providers']>[number]): DynamicModule {
  return { module: HealthModule, providers: [EventLoopCheck, health], exports: [Health] };
}
