import { randomUUID } from 'node:crypto';
import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { Metrics } from '../platform/metrics.js';
import { COMMANDS } from '../platform/redis/redis.module.js';
import { StreamReaders } from '../platform/redis/stream-readers.js';
import { LOG } from '../platform/tokens.js';
import { CloudEvents } from './cloud-events.js';
import { ConsumerTurns } from './consumer-turns.js';
import { TURN_LASTS_MS } from './event-consumption.js';
import { EventFeed } from './event-feed.js';
import { LiveFeed } from './live-feed.js';
import { PastEvents } from './past-events.js';
import { RedisConsumerTurns } from './redis-consumer-turns.js';
import { RedisEventFeed } from './redis-event-feed.js';
import { EventSubjects } from './redis-event-subjects.js';
import { RedisEventTail } from './redis-event-tail.js';
import { lagSeconds } from './redis-lag.js';
import { RedisLiveFeed } from './redis-live-feed.js';

/** What happened, told outward: by the API process to those who listen, by the worker to every `EventConsumer`. */
@Module({
  providers: [
    {
      provide: RedisEventTail,
      inject: [COMMANDS, StreamReaders, LOG, Metrics, Clock],
      useFactory: (commands: Redis, readers: StreamReaders, log: Log, metrics: Metrics, clock: Clock) => {
        const tail = new RedisEventTail(commands, readers.open(), log);
        metrics.gauge(
          {
            name: 'drgw_live_lag_seconds',
            help: 'How long the oldest event has waited that this process has not told to those who follow.',
          },
          async () => [{ value: await lagSeconds(commands, tail.places(), clock.now()) }],
        );
        return tail;
      },
    },
    {
      provide: EventFeed,
      inject: [COMMANDS, RedisEventTail, PastEvents],
      useFactory: (commands: Redis, tail: RedisEventTail, past: PastEvents) =>
        new RedisEventFeed(commands, tail, past),
    },
    {
      provide: EventSubjects,
      inject: [COMMANDS, PastEvents, LOG],
      useFactory: (redis: Redis, past: PastEvents, log: Log) => new EventSubjects(redis, past, log),
    },
    {
      provide: CloudEvents,
      inject: [EventSubjects],
      useFactory: (subjects: EventSubjects) => new CloudEvents(subjects),
    },
    {
      provide: LiveFeed,
      inject: [COMMANDS, RedisEventTail, EventSubjects],
      useFactory: (commands: Redis, tail: RedisEventTail, subjects: EventSubjects) =>
        new RedisLiveFeed(commands, tail, subjects),
    },
    {
      provide: ConsumerTurns,
      inject: [COMMANDS],
      useFactory: (commands: Redis) => new RedisConsumerTurns(commands, randomUUID(), TURN_LASTS_MS),
    },
  ],
  exports: [EventFeed, LiveFeed, CloudEvents, RedisEventTail, ConsumerTurns],
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
