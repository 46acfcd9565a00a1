import { Redis } from 'ioredis';
import { SystemClock } from '../../../../src/platform/clock.js';
import { silentLog } from '../../../../src/platform/log/log.js';
import { Canaries } from '../../../../src/platform/queue/canaries.queue.js';
import { placesOf } from '../../../../src/platform/queue/queue-place.js';
import { RingTools, RingWorkers, type Next } from '../../../../src/platform/queue/ring-workers.processor.js';
import { Rings } from '../../../../src/platform/queue/rings.queue.js';
import { StoreBreaks } from '../../../../src/platform/queue/store-breaks.js';
import { WorkerPulse } from '../../../../src/platform/queue/worker-pulse.js';
import { CanaryBoard } from '../../../../src/platform/redis/canary-board.js';
import { StoreReadiness } from '../../../../src/platform/redis/readiness.js';
import { eventuallyTrue } from '../../../support/eventually.js';
import { recordingLog } from '../../support/recording-log.js';
import { redisForThisFile } from '../../support/redis.js';

const the = redisForThisFile();
const NAME = 'tests';
const QUICKLY = { beatMs: 10_000, nobodyMs: 1_000, notUsMs: 60_000, hopelessMs: 60_000 };

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** One process's part in a queue. */
async function worker(answer: (id: string) => Promise<Next>, log = silentLog()) {
  const blocking = new Redis(the.url, { maxRetriesPerRequest: null });
  const store = new StoreReadiness(the.redis);
  const clock = new SystemClock();
  const canaries = new Canaries([NAME], the.redis, silentLog());
  const board = new CanaryBoard(the.redis);
  const pulse = new WorkerPulse({ canaries, board, store, clock }, QUICKLY);
  const breaks = new StoreBreaks({ store, log });
  let errors = 0;
  const notice = breaks.notice.bind(breaks);
  breaks.notice = (error) => {
    errors += 1;
    notice(error);
  };
  const workers = new RingWorkers(
    { name: NAME, atOnce: 2, answer },
    new RingTools(() => blocking, clock, log, pulse, breaks),
  );
  workers.start();
  await workers.ready();
  closing.push(
    () => workers.close(1_000),
    () => canaries.close(),
    () => blocking.quit(),
  );
  return { workers, pulse, board, errors: () => errors };
}

function rings(): Rings {
  const opened = new Rings(NAME, the.redis, silentLog());
  closing.push(() => opened.close());
  return opened;
}

it('answers a ring, comes back when a step says so, and leaves nothing behind', async () => {
  const answered: string[] = [];
  await worker((id) => {
    answered.push(id);
    return Promise.resolve(answered.length < 3 ? { againInMs: 5 } : 'DONE');
  });
  await rings().ring('site', 'the-thing');
  await eventuallyTrue('three steps were done', () => answered.length === 3);
  expect(answered).toEqual(['the-thing', 'the-thing', 'the-thing']);
  await eventuallyTrue(
    'the ring is gone',
    async () => (await the.redis.keys('*ring-the-thing*')).length === 0,
  );
});

it('hears the canary of every shard, which no step is troubled with, and tells the others', async () => {
  const answered: string[] = [];
  const { pulse, board } = await worker((id) => {
    answered.push(id);
    return Promise.resolve('DONE');
  });
  await pulse.beat();
  const places = placesOf([NAME]);
  await eventuallyTrue('all are heard', async () =>
    (await board.seen(places)).every((mark) => mark !== null),
  );
  expect(answered).toEqual([]);
  await eventuallyTrue('all is well', async () => {
    await pulse.beat();
    return pulse.fault() === null;
  });
});

it('notices that a queue hands out nothing any more, and that it does again', async () => {
  const { pulse } = await worker(() => Promise.resolve('DONE'));
  const paused = `drg:{s5}:${NAME}:meta`;
  await the.redis.hset(paused, 'paused', '1');
  await eventuallyTrue('it is noticed', async () => {
    await pulse.beat();
    return pulse.fault()?.includes(`1 is silent: nobody has answered ${NAME}/5`) ?? false;
  });
  await the.redis.hdel(paused, 'paused');
  await the.redis.del(`drg:{s5}:${NAME}:paused`);
  await eventuallyTrue('all is well again', async () => {
    await pulse.beat();
    return pulse.fault() === null;
  });
});

it('ends when its last step has, and takes no more', async () => {
  let release: (next: Next) => void = () => undefined;
  const answered: string[] = [];
  const { workers } = await worker((id) => {
    answered.push(id);
    return new Promise((resolve) => (release = resolve));
  });
  await rings().ring('site', 'first');
  await eventuallyTrue('the step has begun', () => answered.length === 1);
  const closed = workers.close(20_000);
  await rings().ring('site', 'second');
  release('DONE');
  expect(await closed).toBe(true);
  expect(answered).toEqual(['first']);
});

it('says so when a step had to be cut off', async () => {
  let release: (next: Next) => void = () => undefined;
  const answered: string[] = [];
  const { workers } = await worker((id) => {
    answered.push(id);
    return new Promise((resolve) => (release = resolve));
  });
  await rings().ring('site', 'endless');
  await eventuallyTrue('the step has begun', () => answered.length === 1);
  const closed = workers.close(20);
  expect(await closed).toBe(false);
  release('DONE');
});

describe('a Redis that refuses every write', () => {
  /** Milliseconds that it lasts; the workers would ask thousands of times. */
  const LASTS_MS = 3_000;
  /** One of each worker and its connections, and those of the questions each second. */
  const FEW = 200;

  it.each([
    ['OOM', ['maxmemory', '100kb'], ['maxmemory', '0']],
    ['NOREPLICAS', ['min-replicas-to-write', '1'], ['min-replicas-to-write', '0']],
  ] as const)(
    'with %s is asked now and then, told in a line, and served again',
    async (word, strike, relieve) => {
      const answered: string[] = [];
      const { log, lines } = recordingLog();
      const { errors } = await worker((id) => {
        answered.push(id);
        return Promise.resolve({ againInMs: 10 });
      }, log);
      await rings().ring('site', 'busy');
      await eventuallyTrue('it is busy', () => answered.length > 3);
      const struckAt = performance.now();
      await the.redis.config('SET', ...strike);
      await eventuallyTrue('it has lasted', () => performance.now() - struckAt > LASTS_MS);
      const { length: before } = answered;
      expect(errors()).toBeGreaterThan(0);
      expect(errors()).toBeLessThan(FEW);
      const told = lines.map((line) => String(line[1]));
      expect(told.filter((text) => text.startsWith(word))).toHaveLength(1);
      expect(told.filter((text) => text.includes('take a break'))).toHaveLength(1);
      await the.redis.config('SET', ...relieve);
      await eventuallyTrue('it goes on', () => answered.length > before + 3);
    },
  );
});
