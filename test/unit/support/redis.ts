import { Redis } from 'ioredis';
import { openEphemeralRedis } from '../../../sandbox/embedded-redis.js';

/** A real Redis for one spec file, empty before each test. */
export interface TestRedis {
  readonly url: string;
  readonly redis: Redis;
  /** One more connection, closed with the rest. */
  connect(): Redis;
}

export function redisForThisFile(): TestRedis {
  const connections: Redis[] = [];
  let server: Awaited<ReturnType<typeof openEphemeralRedis>> | null = null;
  const opened: { redis: Redis | null } = { redis: null };
  const the = {
    get url(): string {
      if (!server) throw new Error('this Redis runs only while tests run');
      return server.url;
    },
    get redis(): Redis {
      if (!opened.redis) throw new Error('this Redis runs only while tests run');
      return opened.redis;
    },
    connect(): Redis {
      const connection = new Redis(the.url);
      connection.on('error', () => undefined);
      connections.push(connection);
      return connection;
    },
  };

  beforeAll(async () => {
    server = await openEphemeralRedis();
    opened.redis = the.connect();
  });
  beforeEach(() => the.redis.flushall());
  afterAll(async () => {
    for (const connection of connections) connection.disconnect();
    await server?.stop();
  });
  return the;
}
