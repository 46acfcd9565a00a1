import { Redis } from 'ioredis';
import { openEphemeralRedis } from '../../../sandbox/embedded-redis.js';
import { eventuallyTrue } from '../../support/eventually.js';

type Server = Awaited<ReturnType<typeof openEphemeralRedis>>;

/** A real server and its replica, which can be frozen; for one spec file. */
export interface RedisPair {
  readonly redis: Redis;
  /** The replica takes nothing any more, and its connection stands. */
  freeze(): void;
  /** Until it has all that was written. */
  thaw(): Promise<void>;
}

export function redisPairForThisFile(): RedisPair {
  const servers: Server[] = [];
  let redis: Redis | null = null;
  const pair = {
    get redis(): Redis {
      if (!redis) throw new Error('this pair runs only while tests run');
      return redis;
    },
    freeze(): void {
      servers[1]?.pause();
    },
    async thaw(): Promise<void> {
      servers[1]?.resume();
      await inStep(pair.redis);
    },
  };
  beforeAll(async () => {
    servers.push(await openEphemeralRedis(), await openEphemeralRedis());
    const [primary, replica] = servers.map(({ url }) => new Redis(url));
    if (!primary || !replica) throw new Error('there is no pair');
    for (const one of [primary, replica]) one.on('error', () => undefined);
    // No dump for a replica that joins: it is sent over the connection, at once.
    await primary.config('SET', 'repl-diskless-sync-delay', '0');
    const { port, password } = new URL(servers[0]?.url ?? '');
    await replica.config('SET', 'masterauth', password);
    await replica.replicaof('127.0.0.1', port);
    redis = primary;
    await inStep(primary);
    replica.disconnect();
  }, 60_000);
  afterEach(() => pair.thaw(), 60_000);
  afterAll(async () => {
    redis?.disconnect();
    await Promise.all(servers.map((server) => server.stop()));
  });
  return pair;
}

function inStep(primary: Redis): Promise<void> {
  return eventuallyTrue('the replica has everything', async () => {
    await primary.set('in-step', performance.now());
    return (await primary.wait(1, 1_000)) === 1;
  });
}
