import { Global, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { CanaryBoard } from './canary-board.js';
import { connectRedis, connectWithin } from './connection.js';
import { RedisClockSkew } from './redis-clock-skew.js';
import { StoreReadiness } from './readiness.js';
import { ShardConnections } from './shard-connections.js';
import { StreamReaders } from './stream-readers.js';
import { failoverRisk, ReplicaReadiness } from './replica-readiness.js';
import { Clock } from '../clock.js';
import { ClockSkew } from '../clock-skew.js';
import { ENVIRONMENT_TOKEN, LOG } from '../tokens.js';
import type { Environment } from '../config/environment.js';
import type { Log } from '../log/log.js';

/** It was looked at a moment ago, on another connection. */
const OPENED_WITHIN_MS = 30_000;

/** The connection for commands: fails fast. */
export const COMMANDS = Symbol('redis for commands');
/** One that waits for ever. Workers have `ShardConnections`, and who reads streams `StreamReaders`. */
export const BLOCKING = Symbol('redis for blocking reads');

@Global()
@Module({
  providers: [
    {
      provide: COMMANDS,
      inject: [ENVIRONMENT_TOKEN, LOG],
      useFactory: ({ redisUrl, redisCaFile }: Environment, log: Log) =>
        connectRedis(redisUrl, 'commands', log, redisCaFile),
    },
    {
      provide: BLOCKING,
      inject: [ENVIRONMENT_TOKEN, LOG],
      useFactory: ({ redisUrl, redisCaFile }: Environment, log: Log) =>
        connectRedis(redisUrl, 'blocking', log, redisCaFile),
    },
    {
      provide: ShardConnections,
      inject: [COMMANDS, BLOCKING, LOG],
      useFactory: (commands: Redis, blocking: Redis, log: Log) =>
        new ShardConnections(commands, blocking, log),
    },
    {
      provide: StreamReaders,
      inject: [ShardConnections],
      useFactory: (connections: ShardConnections) => new StreamReaders(connections),
    },
    { provide: CanaryBoard, inject: [COMMANDS], useFactory: (redis: Redis) => new CanaryBoard(redis) },
    { provide: StoreReadiness, inject: [COMMANDS], useFactory: (redis: Redis) => new StoreReadiness(redis) },
    {
      provide: ReplicaReadiness,
      inject: [ENVIRONMENT_TOKEN, LOG],
      useFactory: (environment: Environment, log: Log) =>
        new ReplicaReadiness(
          environment.waitReplicas,
          () => connectRedis(environment.redisUrl, 'commands', log, environment.redisCaFile),
          failoverRisk(environment),
        ),
    },
    {
      provide: RedisClockSkew,
      inject: [COMMANDS, Clock, LOG, ENVIRONMENT_TOKEN],
      useFactory: (redis: Redis, clock: Clock, log: Log, { clockSkewLimitSeconds }: Environment) =>
        new RedisClockSkew(redis, clock, log, clockSkewLimitSeconds),
    },
    { provide: ClockSkew, useExisting: RedisClockSkew },
  ],
  exports: [
    COMMANDS,
    BLOCKING,
    ShardConnections,
    StreamReaders,
    CanaryBoard,
    StoreReadiness,
    ReplicaReadiness,
    RedisClockSkew,
    ClockSkew,
  ],
})
export class RedisModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(COMMANDS) private readonly commands: Redis,
    @Inject(BLOCKING) private readonly blocking: Redis,
    private readonly ofShards: ShardConnections,
    private readonly replicas: ReplicaReadiness,
  ) {}

  /** Before anybody's bootstrap asks it something: what fails fast does not wait for a connection. */
  async onModuleInit(): Promise<void> {
    await Promise.all([this.commands, this.blocking].map((redis) => connectWithin(redis, OPENED_WITHIN_MS)));
  }

  onApplicationShutdown(): void {
    this.commands.disconnect();
    this.blocking.disconnect();
    this.ofShards.close();
    this.replicas.close();
  }
}
