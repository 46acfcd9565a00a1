import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { connectRedis } from './connection.js';
import { StoreReadiness } from './readiness.js';
import { ENVIRONMENT_TOKEN, LOG } from '../tokens.js';
import type { Environment } from '../config/environment.js';
import type { Log } from '../log/log.js';

/** The connection for commands: fails fast. */
export const COMMANDS = Symbol('redis for commands');
/** The connection for blocking reads and workers: waits for ever. */
export const BLOCKING = Symbol('redis for blocking reads');

@Global()
@Module({
  providers: [
    {
      provide: COMMANDS,
      inject: [ENVIRONMENT_TOKEN, LOG],
      useFactory: (environment: Environment, log: Log) => connectRedis(environment.redisUrl, 'commands', log),
    },
    {
      provide: BLOCKING,
      inject: [ENVIRONMENT_TOKEN, LOG],
      useFactory: (environment: Environment, log: Log) => connectRedis(environment.redisUrl, 'blocking', log),
    },
    { provide: StoreReadiness, inject: [COMMANDS], useFactory: (redis: Redis) => new StoreReadiness(redis) },
  ],
  exports: [COMMANDS, BLOCKING, StoreReadiness],
})
export class RedisModule implements OnApplicationShutdown {
  constructor(
    @Inject(COMMANDS) private readonly commands: Redis,
    @Inject(BLOCKING) private readonly blocking: Redis,
  ) {}

  onApplicationShutdown(): void {
    this.commands.disconnect();
    this.blocking.disconnect();
  }
}
