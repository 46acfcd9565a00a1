import { Module } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import { throttled } from '../../platform/log/throttled.js';
import { Metrics } from '../../platform/metrics.js';
import { COMMANDS } from '../../platform/redis/redis.module.js';
import { LOG } from '../../platform/tokens.js';
import { ApiKeyCredentials } from './api-key-credentials.js';
import { ApiKeysService } from './api-keys.service.js';
import { KeyRefusals } from './key-refusals.js';
import { KeyUses } from './key-uses.js';
import { KnownKeys } from './known-keys.js';
import { KeyStore } from './redis-key-store.js';

/** The keys that people make for services and for each other. */
@Module({
  providers: [
    { provide: KeyStore, inject: [COMMANDS], useFactory: (redis: Redis) => new KeyStore(redis) },
    {
      provide: KnownKeys,
      inject: [KeyStore, Clock, LOG],
      useFactory: (store: KeyStore, clock: Clock, log: Log) =>
        new KnownKeys(store, clock, throttled(log, 'API keys')),
    },
    {
      provide: ApiKeyCredentials,
      inject: [KnownKeys, KeyStore, Clock, LOG, Metrics],
      useFactory: (known: KnownKeys, store: KeyStore, clock: Clock, log: Log, metrics: Metrics) => {
        const uses = new KeyUses(store, clock, throttled(log, 'uses of API keys'));
        const count = metrics.counter({
          name: 'drgw_api_key_refusals_total',
          help: 'Requests with an API key that was refused, by why.',
          labelNames: ['why'],
        });
        const refusals = new KeyRefusals(log, (why) => count({ why }), clock);
        return new ApiKeyCredentials(known, uses, clock, (why, keyId) => refusals.note(why, keyId));
      },
    },
    {
      provide: ApiKeysService,
      inject: [KeyStore, KnownKeys, Clock],
      useFactory: (store: KeyStore, known: KnownKeys, clock: Clock) =>
        new ApiKeysService(store, known, clock),
    },
  ],
  exports: [ApiKeyCredentials, ApiKeysService],
})
export class ApiKeysModule {}
