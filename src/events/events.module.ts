import { randomUUID } from 'node:crypto';
import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Log } from '../platform/log/log.js';
import { SHARDS } from '../platform/redis/keys.js';
import { BLOCKING, COMMANDS } from '../platform/redis/redis.module.js';
import { LOG } from '../platform/tokens.js';
import { ConsumerTurns } from './consumer-turns.js';
import { TURN_LASTS_MS } from './event-consumption.js';
import { EventFeed } from './event-feed.js';
import { PastEvents } from './past-events.js';
import { RedisConsumerTurns } from './redis-consumer-turns.js';
import { RedisEventFeed } from './redis-event-feed.js';
import { RedisEventTail } from './redis-event-tail.js';

/** What happened, told outward: by the API process to those who listen, by the worker to every `EventConsumer`. */
@Module({
  providers: [
    {
      provide: RedisEventTail,
      inject: [COMMANDS, BLOCKING, LOG],
      useFactory: (commands: Redis, blocking: Redis, log: Log) =>
        new RedisEventTail(commands, [{ shards: SHARDS, connection: blocking.duplicate() }], log),
    },
    {
      provide: EventFeed,
      inject: [COMMANDS, RedisEventTail, PastEvents],
      useFactory: (commands: Redis, tail: RedisEventTail, past: PastEvents) =>
        new RedisEventFeed(commands, tail, past),
    },
    {
      provide: ConsumerTurns,
      inject: [COMMANDS],
      useFactory: (commands: Redis) => new RedisConsumerTurns(commands, randomUUID(), TURN_LASTS_MS),
    },
  ],
  exports: [EventFeed, RedisEventTail, ConsumerTurns],
})
export class EventsModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(private readonly tail: RedisEventTail) {}

  onApplicationBootstrap(): Promise<void> {
    return this.tail.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.tail.stop();
  }
}
