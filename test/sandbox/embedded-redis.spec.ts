import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { javascript, openEphemeralRedis, openRedis, type Way } from '../../sandbox/embedded-redis.js';

const impossible: Way = { name: 'a way that never works', find: () => Promise.reject(new Error('no luck')) };

async function withClient<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

describe('openRedis', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  const open = (announce?: (text: string) => void) => openRedis({ dataDir, announce, givenUrl: undefined });

  it('answers PING, with the settings that BullMQ and the gateway rely on', async () => {
    const redis = await open();
    try {
      await withClient(redis.url, async (client) => {
        expect(await client.ping()).toBe('PONG');
        expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
        expect(await client.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
        expect(await client.config('GET', 'hz')).toEqual(['hz', '100']);
      });
    } finally {
      await redis.stop();
    }
  });

  it('keeps its data over a stop and a start', async () => {
    const first = await open();
    await withClient(first.url, (client) => client.set('kept', 'yes'));
    await first.stop();
    const second = await open();
    try {
      expect(await withClient(second.url, (client) => client.get('kept'))).toBe('yes');
    } finally {
      await second.stop();
    }
  });

  it('refuses strangers on loopback that do not have its password', async () => {
    const redis = await open();
    const { port } = new URL(redis.url);
    const stranger = new Redis(`redis://127.0.0.1:${port}`, { enableReadyCheck: false, retryStrategy: null });
    stranger.on('error', () => undefined);
    try {
      await expect(stranger.get('a')).rejects.toThrow(/NOAUTH/);
    } finally {
      stranger.disconnect();
      await redis.stop();
    }
  });

  it('refuses a second user of its data directory, and says what to do', async () => {
    const first = await open();
    try {
      await expect(open()).rejects.toThrow(/in use by another dr-gateway \(process \d+\).*SANDBOX_DATA_DIR/);
      expect(await withClient(first.url, (client) => client.ping())).toBe('PONG');
    } finally {
      await first.stop();
    }
  });

  it('starts nothing when a URL is given', async () => {
    const announced: string[] = [];
    const redis = await openRedis({
      dataDir,
      givenUrl: 'redis://elsewhere:6379',
      announce: (text) => announced.push(text),
    });
    expect(redis).toMatchObject({ kind: 'given', url: 'redis://elsewhere:6379' });
    expect(announced).toEqual(['Redis: the one of REDIS_URL']);
    expect(existsSync(join(dataDir, 'redis'))).toBe(false);
  });

  it('falls back to js-redis-server, on loopback, and says what that means', async () => {
    const announced: string[] = [];
    const redis = await openRedis({
      dataDir,
      givenUrl: undefined,
      ways: [impossible, javascript],
      announce: (text) => announced.push(text),
    });
    try {
      expect(redis.kind).toBe('javascript');
      expect(announced.join()).toMatch(/keeps nothing/);
      expect(await withClient(redis.url, (client) => client.eval('return 1 + 1', 0))).toBe(2);
    } finally {
      await redis.stop();
    }
  });

  it('names everything it tried when no way works', async () => {
    const attempt = openRedis({ dataDir, givenUrl: undefined, ways: [impossible] });
    await expect(attempt).rejects.toThrow(/a way that never works: no luck\nInstall one: /);
  });
});

describe('openEphemeralRedis', () => {
  it('can be killed and come back on the same port with what it had written', async () => {
    const redis = await openEphemeralRedis({ appendOnly: true });
    try {
      const { url } = redis;
      await withClient(url, async (client) => {
        await client.config('SET', 'appendfsync', 'always');
        await client.set('kept', 'yes');
      });
      await redis.kill();
      await expect(withClient(url, (client) => client.ping())).rejects.toThrow();
      await redis.restart();
      expect(redis.url).toBe(url);
      expect(await withClient(url, (client) => client.get('kept'))).toBe('yes');
    } finally {
      await redis.stop();
    }
  });

  it('can hang with its connections open, and go on', async () => {
    const redis = await openEphemeralRedis();
    try {
      await withClient(redis.url, async (client) => {
        redis.pause();
        const answer = client.ping();
        expect(await Promise.race([answer, accepted(redis.url)])).toBe('accepted but silent');
        redis.resume();
        expect(await answer).toBe('PONG');
      });
    } finally {
      await redis.stop();
    }
  });

  it('can be stopped while it hangs', async () => {
    const redis = await openEphemeralRedis();
    redis.pause();
    await redis.stop();
    expect(await redis.ended).toBe('exit code 0');
  });
});

/** The kernel takes connections for a stopped process. */
function accepted(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve('accepted but silent');
    });
  });
}
