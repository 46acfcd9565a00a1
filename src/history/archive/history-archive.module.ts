import { Global, Module, type OnApplicationBootstrap } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { PastEvents } from '../../events/past-events.js';
import { OperationArchive } from '../../operations/operation-archive.js';
import { Clock } from '../../platform/clock.js';
import type { Environment } from '../../platform/config/environment.js';
import type { Log } from '../../platform/log/log.js';
import { Metrics } from '../../platform/metrics.js';
import { COMMANDS } from '../../platform/redis/redis.module.js';
import { ENVIRONMENT_TOKEN, LOG } from '../../platform/tokens.js';
import { ArchivedEvents } from './archived-events.js';
import { ArchivedOperations } from './archived-operations.js';
import { SegmentManifest } from './redis-segment-manifest.js';
import { SegmentShelf } from './segment-shelf.js';

/** What has left the store, for those who read operations and events: they know of ports only. */
@Global()
@Module({
  providers: [
    {
      provide: SegmentManifest,
      inject: [COMMANDS],
      useFactory: (redis: Redis) => new SegmentManifest(redis),
    },
    {
      provide: SegmentShelf,
      inject: [ENVIRONMENT_TOKEN, SegmentManifest, Clock],
      useFactory: ({ historyDir }: Environment, manifest: SegmentManifest, clock: Clock) =>
        new SegmentShelf(historyDir, manifest, clock),
    },
    {
      provide: ArchivedOperations,
      inject: [SegmentShelf, LOG],
      useFactory: (shelf: SegmentShelf, log: Log) => new ArchivedOperations(shelf, log),
    },
    { provide: OperationArchive, useExisting: ArchivedOperations },
    {
      provide: PastEvents,
      inject: [ArchivedOperations],
      useFactory: (archived: ArchivedOperations) => new ArchivedEvents(archived),
    },
  ],
  exports: [OperationArchive, PastEvents, ArchivedOperations, SegmentManifest, SegmentShelf],
})
export class HistoryArchiveModule implements OnApplicationBootstrap {
  constructor(
    private readonly archived: ArchivedOperations,
    shelf: SegmentShelf,
    metrics: Metrics,
  ) {
    metrics.gauge(
      {
        name: 'drgw_history_archived_operations',
        help: 'Operations that have left Redis for the archive.',
      },
      async () => [{ value: (await shelf.all()).reduce((sum, { count }) => sum + count, 0) }],
    );
    metrics.gauge(
      { name: 'drgw_history_archive_bytes', help: 'Size of the files of the archive.' },
      async () => [{ value: (await shelf.all()).reduce((sum, { bytes }) => sum + bytes, 0) }],
    );
  }

  onApplicationBootstrap(): void {
    // Nobody waits for it.
    void this.archived.warm().catch(() => undefined);
  }
}
