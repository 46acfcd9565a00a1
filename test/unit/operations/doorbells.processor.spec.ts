import { Redis } from 'ioredis';
import { DoorbellWorkers } from '../../../src/operations/doorbells.processor.js';
import { QueueDoorbells } from '../../../src/operations/doorbells.queue.js';
import { newOperationId } from '../../../src/operations/operation-id.js';
import type { Next } from '../../../src/operations/settings.js';
import { SystemClock } from '../../../src/platform/clock.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { RingTools } from '../../../src/platform/queue/ring-workers.processor.js';
import { StoreBreaks } from '../../../src/platform/queue/store-breaks.js';
import { WorkerPulse } from '../../../src/platform/queue/worker-pulse.js';
import { Canaries } from '../../../src/platform/queue/canaries.queue.js';
import { CanaryBoard } from '../../../src/platform/redis/canary-board.js';
import { shardOf } from '../../../src/platform/redis/keys.js';
import { StoreReadiness } from '../../../src/platform/redis/readiness.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();
const MANY = 60;

const siteOf = (operationId: string): string => operationId.slice(0, operationId.indexOf('.'));

/** Another site of the same shard: its operations are taken by the same worker. */
function neighbourOf(siteId: string): string {
  for (let i = 0; ; i += 1) if (shardOf(`neighbour-${i}`) === shardOf(siteId)) return `neighbour-${i}`;
}

it('sends the operations of a site while the look at another one of its shard hangs, however many wait there', async () => {
  const blocking = new Redis(the.url, { maxRetriesPerRequest: null });
  const store = new StoreReadiness(the.redis);
  const clock = new SystemClock();
  const canaries = new Canaries(['submissions'], the.redis, silentLog());
  const board = new CanaryBoard(the.redis);
  const pulse = new WorkerPulse({ canaries, board, store, clock });
  const tools = new RingTools(
    () => blocking,
    clock,
    silentLog(),
    pulse,
    new StoreBreaks({ store, log: silentLog() }),
  );
  const doorbells = new QueueDoorbells(the.redis, silentLog());
  let recover: (next: Next) => void = () => undefined;
  const recovered = new Promise<Next>((resolve) => (recover = resolve));
  const [begun, done] = [new Set<string>(), new Set<string>()];
  const submission = async (operationId: string): Promise<Next> => {
    begun.add(operationId);
    const next = siteOf(operationId) === 'hanging' ? await recovered : 'DONE';
    done.add(operationId);
    return next;
  };
  const workers = new DoorbellWorkers({ submission, watch: () => Promise.resolve('DONE') }, tools);
  try {
    const hanging = Array.from({ length: MANY }, () => newOperationId('hanging'));
    for (const id of hanging) await doorbells.ringSubmission(id);
    workers.start();
    await workers.ready();
    await eventuallyTrue('as many as may hang there', () => begun.size === 16);

    const others = Array.from({ length: 5 }, () => newOperationId(neighbourOf('hanging')));
    for (const id of others) await doorbells.ringSubmission(id);
    await eventuallyTrue('those of the other site are sent', () => others.every((id) => done.has(id)));
    expect(hanging.filter((id) => begun.has(id))).toHaveLength(16);

    recover('DONE');
    await eventuallyTrue('none of those that had to wait is lost', () => hanging.every((id) => done.has(id)));
  } finally {
    recover('DONE');
    await workers.close({ sendsMs: 5_000, looksMs: 1_000 });
    await Promise.all([doorbells.close(), canaries.close()]);
    blocking.disconnect();
  }
});
