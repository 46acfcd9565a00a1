import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock, SystemClock } from './clock.js';
import type { Environment } from './config/environment.js';
import type { Log } from './log/log.js';
import { Metrics } from './metrics.js';
import { RedisModule } from './redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from './tokens.js';

/** Configuration, log, clock, metrics and Redis: what every room may ask for. */
@Global()
@Module({})
export class PlatformModule {
  static with(environment: Environment, log: Log): DynamicModule {
    return {
      module: PlatformModule,
      imports: [RedisModule],
      providers: [
        { provide: ENVIRONMENT_TOKEN, useValue: environment },
        { provide: LOG, useValue: log },
        { provide: Clock, useClass: SystemClock },
        { provide: Metrics, useFactory: () => new Metrics() },
      ],
      exports: [ENVIRONMENT_TOKEN, LOG, Clock, Metrics, RedisModule],
    };
  }
}
