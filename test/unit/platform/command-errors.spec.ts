import { countCommandErrors } from '../../../src/platform/redis/command-errors.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

function counted() {
  const kinds: string[] = [];
  const redis = the.connect();
  countCommandErrors(redis, (kind) => kinds.push(kind));
  return { redis, kinds };
}

describe('commands to Redis that fail', () => {
  it('are counted by a word, in pipelines as well; those that succeed are not', async () => {
    const { redis, kinds } = counted();
    await redis.set('text', 'x');
    await expect(redis.lpush('text', 'y')).rejects.toThrow(/WRONGTYPE/);
    await redis.pipeline().get('text').lpush('text', 'y').exec();
    expect(kinds).toEqual(['OTHER', 'OTHER']);
    expect(await redis.get('text')).toBe('x');
  });

  it('are named by what the server says of itself', async () => {
    const { redis, kinds } = counted();
    await the.redis.config('SET', 'maxmemory', '1');
    try {
      await expect(redis.set('text', 'x')).rejects.toThrow(/OOM/);
    } finally {
      await the.redis.config('SET', 'maxmemory', '0');
    }
    expect(kinds).toEqual(['OOM']);
  });

  it('do not include a script that is not known yet', async () => {
    const { redis, kinds } = counted();
    await expect(redis.evalsha('0'.repeat(40), 0)).rejects.toThrow(/NOSCRIPT/);
    expect(kinds).toEqual([]);
  });

  it('are counted when the connection is gone', async () => {
    const { redis, kinds } = counted();
    await redis.ping();
    redis.disconnect();
    await expect(redis.get('text')).rejects.toThrow();
    expect(kinds).toEqual(['CONNECTION']);
  });
});
