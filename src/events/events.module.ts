import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Log } from '../platform/log/log.js';
import { BLOCKING, COMMANDS } from '../platform/redis/redis.module.js';
import { LOG } from '../platform/tokens.js';
import { EventFeed } from './event-feed.js';
import { RedisEventFeed } from './redis-event-feed.js';

/** What happened, told outward by the API process. */
@Module({
  providers: [
    {
      provide: RedisEventFeed,
      inject: [COMMANDS, BLOCKING, LOG],
      useFactory: (commands: Redis, blocking: Redis, log: Log) => new RedisEventFeed(commands, blocking, log),
    },
    { provide: EventFeed, useExisting: RedisEventFeed },
  ],
  exports: [EventFeed],
})
export class EventsModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly feed: RedisEventFeed) {}

  onApplicationBootstrap(): Promise<void> {
    return this.feed.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.feed.stop();
  }
}
