import { Redis } from 'ioredis';
import { gatherWrites } from '../../../src/platform/redis/gathered-writes.js';
import { redisForThisFile } from '../support/redis.js';

const the = redisForThisFile();

it('the commands of one turn leave in one write, and are answered in their order', async () => {
  const redis = new Redis(the.url);
  try {
    await redis.ping();
    gatherWrites(redis);
    let writes = 0;
    const { stream } = redis;
    const handle = stream as unknown as { _writev: (...args: unknown[]) => void };
    const [writev, write] = [handle._writev.bind(stream), stream._write.bind(stream)];
    handle._writev = (...args) => {
      writes += 1;
      writev(...args);
    };
    stream._write = (...args) => {
      writes += 1;
      write(...args);
    };
    const answers = await Promise.all([redis.set('a', '1'), redis.incr('a'), redis.get('a')]);
    expect(answers).toEqual(['OK', 2, '2']);
    expect(writes).toBe(1);
    expect(await redis.get('a')).toBe('2');
    expect(writes).toBe(2);
  } finally {
    redis.disconnect();
  }
});

it('what was asked for before the connection is closed is still sent', async () => {
  const redis = new Redis(the.url);
  await redis.ping();
  gatherWrites(redis);
  const set = redis.set('b', 'kept');
  await redis.quit();
  expect(await set).toBe('OK');
  expect(await the.redis.get('b')).toBe('kept');
});
