import type { Redis } from 'ioredis';
import type { StoreGuard } from '../operations/guard/store-guard.js';
import type { WatchMarks } from '../operations/redis-watch-marks.js';
import type { Metrics } from '../platform/metrics.js';
import type { QueueDepths } from '../platform/queue/queue-depths.queue.js';
import { countCommandErrors } from '../platform/redis/command-errors.js';
import { countOpenStates } from './redis-open-states.js';

export interface StoreMeasureParts {
  metrics: Metrics;
  commands: Redis;
  /** Connections whose commands are watched. */
  connections: readonly Redis[];
  depths: QueueDepths;
  marks: WatchMarks;
  guard: StoreGuard;
}

/** What the store says of the work, the same whichever process is asked; and how the store does, seen from this one. */
export function measureStore(parts: StoreMeasureParts): void {
  const { metrics, commands, connections, depths, marks, guard } = parts;
  metrics.gauge(
    {
      name: 'drgw_operations_open',
      help: 'Unfinished operations by state, over all processes. UNKNOWN: a person must decide.',
      labelNames: ['state'],
    },
    async () =>
      (await countOpenStates(commands)).map(({ state, operations }) => ({
        value: operations,
        labels: { state },
      })),
  );
  metrics.gauge(
    {
      name: 'drgw_operation_longest_unwatched_seconds',
      help: 'For how long the unfinished operation was not looked at that was left alone longest; 0 = there is none.',
    },
    async () => [{ value: (await marks.longestUnwatchedMs()) / 1000 }],
  );
  metrics.gauge(
    {
      name: 'drgw_queue_jobs',
      help: 'Jobs in the queues, over all processes: WAITING could be answered now, DELAYED wait for their time.',
      labelNames: ['queue', 'place'],
    },
    async () => (await depths.read()).map(({ jobs, ...labels }) => ({ value: jobs, labels })),
  );
  metrics.gauge(
    {
      name: 'drgw_restore_guard_holding',
      help: '1 = this process accepts and sends nothing, because the store may have lost something; 0 = the guard is open.',
    },
    () => [{ value: isHolding(guard) ? 1 : 0 }],
    0,
  );
  const failed = metrics.counter({
    name: 'drgw_redis_command_errors_total',
    help: 'Commands to Redis that failed, by the first word of why.',
    labelNames: ['kind'],
  });
  for (const redis of connections) countCommandErrors(redis, (kind) => failed({ kind }));
}

function isHolding(guard: StoreGuard): boolean {
  try {
    guard.pass();
    return false;
  } catch {
    return true;
  }
}
