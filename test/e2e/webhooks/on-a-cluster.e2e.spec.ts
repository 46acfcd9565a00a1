import type { Redis } from 'ioredis';
import { RedisCluster } from '../../../scripts/faults/store/redis-cluster.js';
import { connectRedis, connectWithin } from '../../../src/platform/redis/connection.js';
import { shardOf } from '../../../src/platform/redis/keys.js';
import { silentLog } from '../../../src/platform/log/log.js';
import { HookReceiver } from '../../support/hook-receiver.js';
import { Hooks } from '../../unit/webhooks/hooks.js';

const TEST_MS = 90_000;
const ONE = 'alpha.0192f0c1-7a3e-7cc0-8000-000000000001';
const TWO = 'beta.0192f0c1-7a3e-7cc0-8000-000000000002';

/** Three masters: webhooks lie on all of them. */
describe('webhooks on a Redis Cluster', () => {
  let cluster: RedisCluster;
  let redis: Redis;
  let receiver: HookReceiver;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    redis = connectRedis(cluster.url, 'commands', silentLog());
    await connectWithin(redis, 10_000);
    receiver = await HookReceiver.start();
  }, TEST_MS);
  afterAll(async () => {
    redis.disconnect();
    await Promise.all([receiver.stop(), cluster.stop()]);
  }, TEST_MS);

  it(
    'are told of every site in order, retried, redelivered and deleted, wherever they lie',
    async () => {
      const hooks = new Hooks(redis);
      const ids: string[] = [];
      while (new Set(ids.map(shardOf)).size < 6)
        ids.push(await hooks.webhook(`${receiver.url}/${ids.length}`));
      let refused = false;
      receiver.answer = ({ event: { sequence } }) => {
        if (refused || sequence !== 2) return { status: 204 };
        refused = true;
        return { status: 500 };
      };
      await hooks.tell(3, ONE, TWO);
      for (const id of ids) await hooks.rounds().round(id);
      hooks.clock.advance(5_000);
      for (const id of ids) await hooks.rounds().round(id);
      for (const [at, id] of ids.entries()) {
        const mine = receiver.received.filter(({ path }) => path === `/hooks/${at}`);
        for (const operation of [ONE, TWO]) {
          const sequences = mine.flatMap(({ event }) =>
            event.subject === operation ? [event.sequence] : [],
          );
          expect([...new Set(sequences)]).toEqual([1, 2, 3]);
        }
        expect(new Set(await hooks.states(id))).toEqual(new Set(['DELIVERED']));
      }
      expect(receiver.received).toHaveLength(ids.length * 6 + 1);
      const [first = ''] = ids;
      const [delivery] = await hooks.log(first);
      await hooks.service.redeliver(first, delivery?.id ?? '');
      await hooks.rounds().round(first);
      expect(receiver.received).toHaveLength(ids.length * 6 + 2);
      for (const id of ids) await hooks.service.remove(id);
      expect(await hooks.webhooks.all()).toEqual([]);
    },
    TEST_MS,
  );
});
