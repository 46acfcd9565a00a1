import { Global, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../platform/clock.js';
import type { Environment } from '../platform/config/environment.js';
import type { Log } from '../platform/log/log.js';
import { COMMANDS } from '../platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from '../platform/tokens.js';
import { DRIVERS } from './drivers.js';
import { SiteMemory } from './provider-driver.js';
import { RedisAddressCounts } from './redis-address-counts.js';
import { ProviderRegistry } from './registry.js';
import { createRegistry, type ConfiguredSite } from './sites.js';

const SESSIONS_END_WITHIN_MS = 3_000;

/** The configured sites, for every room above. */
@Global()
@Module({})
export class ProvidersModule implements OnApplicationShutdown {
  constructor(private readonly registry: ProviderRegistry) {}

  static with(sites: readonly ConfiguredSite[]): DynamicModule {
    return {
      module: ProvidersModule,
      providers: [
        {
          provide: ProviderRegistry,
          inject: [ENVIRONMENT_TOKEN, LOG, Clock, SiteMemory, COMMANDS],
          useFactory: (environment: Environment, log: Log, clock: Clock, memory: SiteMemory, redis: Redis) =>
            createRegistry(sites, DRIVERS, {
              clock,
              log,
              memory,
              counts: new RedisAddressCounts(redis, clock, log),
              submitTimeoutMs: environment.submitTimeoutMs,
            }),
        },
      ],
      exports: [ProviderRegistry],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    const ended = Promise.allSettled(this.registry.all().map((provider) => provider.close()));
    const late = new Promise((resolve) => setTimeout(resolve, SESSIONS_END_WITHIN_MS).unref());
    await Promise.race([ended, late]);
  }
}
