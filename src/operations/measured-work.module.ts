import { Module } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/log/throttled.js';
import { COMMANDS } from '../platform/redis/redis.module.js';
import { LOG } from '../platform/tokens.js';
import { WatchMarks } from './redis-watch-marks.js';
import { WrittenVersions } from './written-versions.js';

/** What the long work lets be measured of itself. */
@Module({
  providers: [
    { provide: WrittenVersions, useFactory: () => new WrittenVersions() },
    {
      provide: WatchMarks,
      inject: [COMMANDS, Clock, LOG],
      useFactory: (redis: Redis, clock: Clock, log: Log) =>
        new WatchMarks(redis, clock, throttled(log, 'watch marks')),
    },
  ],
  exports: [WrittenVersions, WatchMarks],
})
export class MeasuredWorkModule {}
