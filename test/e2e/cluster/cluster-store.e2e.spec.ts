import type { Redis } from 'ioredis';
import { RedisCluster } from '../../../scripts/faults/store/redis-cluster.js';
import { SystemClock } from '../../../src/platform/clock.js';
import { durableWrites } from '../../../src/platform/redis/cluster-durable-writes.js';
import {
  connectRedis,
  connectWithin,
  OtherKindOfRedis,
  RefusedByRedis,
} from '../../../src/platform/redis/connection.js';
import { evictionPolicy } from '../../../src/platform/redis/eviction-policy.js';
import { serverIdentity } from '../../../src/platform/redis/identity.js';
import { HASH_TAGS, operationKeys, SHARDS, shardPrefix } from '../../../src/platform/redis/keys.js';
import { StoreReadiness } from '../../../src/platform/redis/readiness.js';
import { RedisClockSkew } from '../../../src/platform/redis/redis-clock-skew.js';
import { ReplicaReadiness } from '../../../src/platform/redis/replica-readiness.js';
import { RedisScript } from '../../../src/platform/redis/script.js';
import { ShardConnections } from '../../../src/platform/redis/shard-connections.js';
import { followStores } from '../../../src/platform/redis/store-signs.js';
import { storesOf } from '../../../src/platform/redis/stores.js';
import { StreamReaders } from '../../../src/platform/redis/stream-readers.js';
import { isRedisTrouble } from '../../../src/platform/redis/trouble.js';
import { isUnknownCluster } from '../../../src/platform/redis/cluster-connection.js';
import { recordingLog } from '../../unit/support/recording-log.js';
import { temporaryFolder } from '../../unit/support/temporary-folder.js';
import { eventually, eventuallyTrue } from '../../support/eventually.js';

const TEST_MS = 90_000;
const file = temporaryFolder();
const ONCE = file(
  'once.lua',
  `if redis.call('GET', KEYS[1]) == ARGV[1] then return 'BEFORE' end
   redis.call('SET', KEYS[1], ARGV[1])
   redis.call('SET', KEYS[2], ARGV[1])
   return 'NOW'`,
);
const once = (shard: number, value: string) => ({
  script: new RedisScript(new URL(`file://${ONCE}`)),
  keys: [`${shardPrefix(shard)}:a`, `${shardPrefix(shard)}:b`],
  args: [value],
  mark: operationKeys(shard).durable,
});

/** Three masters with a replica each: the tools that stand upon a Redis, upon this one. */
describe('a Redis Cluster', () => {
  let cluster: RedisCluster;
  const opened: { disconnect(): void }[] = [];
  const { log } = recordingLog();
  const keep = <T extends { disconnect(): void }>(one: T): T => {
    opened.push(one);
    return one;
  };
  const connect = async (url = cluster.url, role: 'commands' | 'blocking' = 'commands'): Promise<Redis> => {
    const redis = keep(connectRedis(url, role, log));
    await connectWithin(redis, 10_000);
    return redis;
  };

  beforeAll(async () => {
    cluster = await RedisCluster.start({ replicas: 1 });
  }, TEST_MS);
  afterEach(() => {
    for (const one of opened.splice(0)) one.disconnect();
  });
  afterAll(() => cluster.stop(), TEST_MS);

  it('has all that belongs together in one slot, and is looked at server by server', async () => {
    const redis = await connect();
    const stores = storesOf(redis);
    expect(stores.flatMap(({ tags }) => tags).sort()).toEqual([...HASH_TAGS].sort());
    expect(stores.length).toBeGreaterThan(1);
    for (const { connection, tags } of stores)
      for (const tag of tags) expect(await connection.set(`${tag}:mine`, 'x')).toBe('OK');
    for (const shard of SHARDS) {
      const { script, keys } = once(shard, '');
      expect(await script.run(redis, keys, [`first ${shard}`])).toBe('NOW');
      expect(await script.run(redis, keys, [`first ${shard}`])).toBe('BEFORE');
    }
    expect(await new StoreReadiness(redis).fault()).toBeNull();
    expect(await evictionPolicy(redis)).toBe('noeviction');
    expect((await serverIdentity(redis))?.split(',')).toHaveLength(stores.length);
    const skew = new RedisClockSkew(redis, new SystemClock(), log, 30);
    await skew.measure();
    expect(Math.abs(skew.skewMs() ?? 60_000)).toBeLessThan(2_000);
  });

  it('is told when one of its servers would throw data away, or takes no writes', async () => {
    const redis = await connect();
    const [, other] = storesOf(redis);
    await other?.connection.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await evictionPolicy(redis)).toBe('allkeys-lru');
    await other?.connection.config('SET', 'maxmemory-policy', 'noeviction');
    await other?.connection.config('SET', 'min-replicas-to-write', '5');
    expect(await new StoreReadiness(redis).fault()).toMatch(/NOREPLICAS/);
    await other?.connection.config('SET', 'min-replicas-to-write', '0');
    expect(await new StoreReadiness(redis).fault()).toBeNull();
  });

  it('is waited for by the replicas of each server', async () => {
    const open = (): Redis => keep(connectRedis(cluster.url, 'commands', log));
    expect(await new ReplicaReadiness(1, open).fault()).toBeNull();
    expect(await new ReplicaReadiness(2, open).fault()).toMatch(/^Of 2 replicas .* 1 confirmed/);
    const durable = durableWrites(await connect(), { replicas: 1 });
    const answers = await Promise.all(SHARDS.map((shard) => durable.run(once(shard, 'safe'))));
    expect(answers).toEqual(SHARDS.map(() => ({ answer: 'NOW', safe: true })));
    expect(await durable.run(once(0, 'safe'))).toEqual({ answer: 'BEFORE', safe: true });
    durable.close();
  });

  it('has streams that are read shard by shard, each by a connection of its own', async () => {
    const redis = await connect();
    const connections = new ShardConnections(redis, redis, log);
    const reading = new StreamReaders(connections).open().map(async ({ shards, connection }) => {
      keep(connection);
      const keys = shards.map((shard) => operationKeys(shard).events);
      const read = await connection.xread(
        'COUNT',
        10,
        'BLOCK',
        20_000,
        'STREAMS',
        ...keys,
        ...keys.map(() => '0'),
      );
      return JSON.stringify(read);
    });
    expect(reading).toHaveLength(SHARDS.length);
    await Promise.all(
      SHARDS.map((shard) => redis.xadd(operationKeys(shard).events, '*', 'e', `of ${shard}`)),
    );
    const read = await Promise.all(reading);
    for (const shard of SHARDS) expect(read[shard]).toContain(`of ${shard}`);
    connections.close();
  });

  it('refuses whoever has the wrong password, or takes it for something else, with a reason', async () => {
    const [node] = cluster.masters;
    if (!node) throw new Error('there is no master');
    await expect(connect(`redis+cluster://:wrong@127.0.0.1:${node.port}`)).rejects.toThrow(RefusedByRedis);
    expect(await isUnknownCluster(await connect(node.url))).toBe(true);
    expect(await isUnknownCluster(await connect())).toBe(false);
  });

  it(
    'is the one that it was while a slot moves to another server, and what is written meanwhile is safe',
    async () => {
      const redis = await connect();
      const durable = durableWrites(redis, { replicas: 1 });
      await durable.run(once(3, 'before the move'));
      const tag = shardPrefix(3);
      const from = await cluster.masterOf(tag);
      const to = cluster.masters.find((node) => node !== from);
      if (!to) throw new Error('there is no other master');
      await cluster.move(tag, from, to, async () => {
        expect(await once(3, '').script.run(redis, once(3, '').keys, ['on the way'])).toBe('NOW');
      });
      expect(await durable.run(once(3, 'after the move'))).toEqual({ answer: 'NOW', safe: true });
      expect(await redis.get(`${tag}:b`)).toBe('after the move');
      durable.close();
    },
    TEST_MS,
  );

  it(
    'whose master is killed is lost at once, and back with another identity once its replica has taken over',
    async () => {
      const redis = await connect();
      const durable = durableWrites(redis, { replicas: 1 });
      const signs: string[] = [];
      await durable.run(once(0, 'before'));
      const before = await serverIdentity(redis);
      expect(followStores(redis, { lost: () => signs.push('lost'), back: () => signs.push('back') })).toBe(
        true,
      );
      const master = await cluster.masterOf(shardPrefix(0));
      const replica = await cluster.replicaOf(master);
      await master.kill();
      await eventuallyTrue('it is lost', () => signs.includes('lost'));
      const meanwhile = await durable.run(once(0, 'meanwhile')).catch((error: unknown) => error);
      expect(meanwhile instanceof Error ? isRedisTrouble(meanwhile) : meanwhile).toBe(true);
      await cluster.promoted(replica);
      await eventuallyTrue('it is back, as another', async () => {
        const now = await serverIdentity(redis).catch(() => before);
        return now !== before;
      });
      // Nobody copies from the one that was promoted yet.
      expect(await durable.run(once(0, 'after'))).toMatchObject({ safe: false });
      await master.begin();
      await eventuallyTrue(
        'there is a replica again',
        async () => (await durable.run(once(0, 'at last'))).safe,
      );
      expect(await redis.get(`${shardPrefix(0)}:b`)).toBe('at last');
      durable.close();
    },
    TEST_MS,
  );

  it(
    'whose master steps down for its replica is another one, though no connection broke',
    async () => {
      const redis = await connect();
      const before = await serverIdentity(redis);
      const signs: string[] = [];
      followStores(redis, { lost: () => signs.push('lost'), back: () => signs.push('back') });
      const master = await cluster.masterOf(shardPrefix(0));
      const replica = await eventually('somebody follows it', () => cluster.replicaOf(master));
      // A busy machine: it may not have heard of its master for a moment.
      await eventually('it may take over', () => replica.use((one) => one.call('CLUSTER', 'FAILOVER')));
      await cluster.promoted(replica);
      await eventuallyTrue('it was lost', () => signs.includes('lost'));
      await eventuallyTrue(
        'it is another',
        async () => (await serverIdentity(redis).catch(() => before)) !== before,
      );
    },
    TEST_MS,
  );
});

it('a single server is no Cluster, and says so', async () => {
  const { RedisNode } = await import('../../../scripts/faults/store/redis-node.js');
  const node = await RedisNode.start();
  const { log } = recordingLog();
  const redis = connectRedis(node.url.replace('redis:', 'redis+cluster:'), 'commands', log);
  try {
    await expect(connectWithin(redis, 10_000)).rejects.toThrow(OtherKindOfRedis);
  } finally {
    redis.disconnect();
    await node.stop();
  }
});
