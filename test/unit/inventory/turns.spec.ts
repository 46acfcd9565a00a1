import type { Redis } from 'ioredis';
import { ModelStore } from '../../../src/inventory/redis-model-store.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();
const LIMIT_MS = 60_000;

/** The same connection, of which some commands are something else. */
function changed(changes: Partial<Record<'set' | 'evalsha', (...args: never[]) => Promise<unknown>>>): Redis {
  return Object.assign(Object.create(the.redis) as Redis, changes);
}

const broken = (): Promise<never> => Promise.reject(new Error('Connection is closed.'));

it('a turn at looking that could not be given back is given back before the next of the same process', async () => {
  const other = new ModelStore(the.redis);
  const redis = changed({ evalsha: broken });
  const store = new ModelStore(redis);
  const turn = (await store.takeTurn('alpha', LIMIT_MS)) ?? '';
  await expect(store.leaveTurn('alpha', turn)).rejects.toThrow('closed');
  expect(await other.takeTurn('alpha', LIMIT_MS)).toBeNull();
  Reflect.deleteProperty(redis, 'evalsha');
  expect(await store.takeTurn('alpha', LIMIT_MS)).not.toBeNull();
  expect(await store.takeTurn('alpha', LIMIT_MS)).toBeNull();
});

it('a turn of which the answer was lost is the own when it is asked for again', async () => {
  const store = new ModelStore(
    changed({
      set: async (...args: Parameters<Redis['set']>) => {
        await the.redis.set(...args);
        return the.redis.set(...args);
      },
    }),
  );
  expect(await store.takeTurn('alpha', LIMIT_MS)).not.toBeNull();
  expect(await store.takeTurn('alpha', LIMIT_MS)).toBeNull();
});

it('a turn of which it was never known whether it was given is no obstacle to the next', async () => {
  const redis = changed({
    set: async (...args: Parameters<Redis['set']>) => {
      await the.redis.set(...args);
      return broken();
    },
  });
  const store = new ModelStore(redis);
  await expect(store.takeTurn('alpha', LIMIT_MS)).rejects.toThrow('closed');
  Reflect.deleteProperty(redis, 'set');
  expect(await store.takeTurn('alpha', LIMIT_MS)).not.toBeNull();
});
