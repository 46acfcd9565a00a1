import { Redis } from 'ioredis';
import { FinishedOperations } from '#gateway/history/archive/redis-finished-operations';
import type { Operation } from '#gateway/domain/operation';
import { RedisOperationStore } from '#gateway/operations/redis-operation-store';
import { operationKeys, SHARDS } from '#gateway/platform/redis/keys';
import { openEphemeralRedis } from '../../../sandbox/embedded-redis.js';
import type { Bench, Measured, OpenBench } from '../bench.js';
import { completeJobs } from './completed-jobs.js';
import { endOf, finishedWork, SITES, type FinishedWork } from './finished-work.js';

const AT_ONCE = 32;
/** One that is not counted: what is there once for all is there then. */
const BEFORE = 10_000_000;
const BEGINNING = Date.parse('2026-01-02T03:04:05.000Z');
const APART_MS = 60_000;
/** In the 60 days that Redis has of them: one every three days. */
const EACH_PLAN = 20;

/** Redis bytes of an operation that has ended, by the store's own scripts, against those of a BullMQ job that carries its record. */
export const recordBytes: Bench = {
  id: 'B6',
  title: 'Redis bytes of a finished operation, with all its indexes and events',
  opponent: 'a completed BullMQ job with the record as its data',
  targets: { 'bytes of one': { atMost: 1.2 } },
  open: ({ quick }) => Promise.resolve(stage(quick ? 1_000 : 12_000)),
};

function stage(operations: number): OpenBench {
  let rounds = 0;
  return {
    round: async () => {
      rounds += 1;
      const ours = (plans: number) => (): Promise<Bytes> =>
        onItsOwn((redis) => ofOperations(redis, operations, plans));
      const jobs = (): Promise<Bytes> => onItsOwn((redis) => ofJobs(redis, operations));
      const often = ours(Math.floor(operations / EACH_PLAN / SITES) * SITES);
      // Each of them first as often as the other.
      const [first, second] = rounds % 2 === 1 ? [often, jobs] : [jobs, often];
      const [one, other] = [await first(), await second()];
      const [usual, opponent] = rounds % 2 === 1 ? [one, other] : [other, one];
      const once = await ours(Infinity)();
      const figure = (name: string, mine: Bytes, i: 0 | 1): Measured => ({
        figure: name,
        unit: 'B',
        ours: mine[i],
        opponent: opponent[i],
      });
      return {
        measured: [
          figure('bytes of one', usual, 0),
          figure('if every plan has one only', once, 0),
          figure('with the streams that all share', usual, 1),
        ],
        notes: [
          `${operations} operations of four events, a record of 1.7 kB, with an Idempotency-Key; ${EACH_PLAN} of them to each plan. The streams that all operations (or jobs) share are bounded: 100,000 events a shard, 10,000 of a BullMQ queue; a history of a million has no more of them.`,
        ],
      };
    },
    close: () => Promise.resolve(),
  };
}

/** Of one: without the shared streams, and with them. */
type Bytes = [without: number, with_: number];

async function onItsOwn(measure: (redis: Redis) => Promise<Bytes>): Promise<Bytes> {
  const server = await openEphemeralRedis();
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  try {
    return await measure(redis);
  } finally {
    redis.disconnect();
    await server.stop();
  }
}

async function ofOperations(redis: Redis, count: number, plans: number): Promise<Bytes> {
  const finished = new FinishedOperations(redis);
  await goThrough(redis, finished, workOf(BEFORE, Infinity));
  const before = await usedBytes(redis);
  for (let n = 0; n < count; n += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - n) }, (_, i) =>
        goThrough(redis, finished, workOf(n + i, plans)),
      ),
    );
  const all = await usedBytes(redis);
  await redis.del(...SHARDS.map((shard) => operationKeys(shard).events));
  return [((await usedBytes(redis)) - before) / count, (all - before) / count];
}

/** As a worker takes it along. */
async function goThrough(
  redis: Redis,
  finished: FinishedOperations,
  { accepted, claim, changes }: FinishedWork,
): Promise<void> {
  let nowMs = 0;
  const store = new RedisOperationStore(redis, { now: () => nowMs, monotonic: () => nowMs });
  await store.accept(accepted, claim);
  for (const { atMs, change } of changes) {
    nowMs = atMs;
    if (!(await store.transition(accepted.id, change))) throw new Error(`${change.kind} was not written`);
  }
  await finished.fold(accepted.id);
}

const workOf = (n: number, plans: number): FinishedWork => finishedWork(n, BEGINNING + n * APART_MS, plans);

async function ofJobs(redis: Redis, count: number): Promise<Bytes> {
  await completeJobs(redis, [recordOf(BEFORE)]);
  const before = await usedBytes(redis);
  for (let n = 0; n < count; n += 1_000)
    await completeJobs(
      redis,
      Array.from({ length: Math.min(1_000, count - n) }, (_, i) => recordOf(n + i)),
    );
  const all = await usedBytes(redis);
  const streams = await redis.keys('*:events');
  await redis.del(...streams);
  return [((await usedBytes(redis)) - before) / count, (all - before) / count];
}

const recordOf = (n: number): Operation => endOf(workOf(n, Infinity)).record;

async function usedBytes(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}
