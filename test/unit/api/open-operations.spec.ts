import { OpenOperationsReading } from '../../../src/api/open-operations.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

it('those who begin to listen share one reading of what is unfinished, but none that began before they came', async () => {
  let readings = 0;
  const store = new RedisOperationStore(the.redis, new TestClock());
  const openIn = store.openIn.bind(store);
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  store.openIn = async (shard) => {
    if (shard === 0) readings += 1;
    await gate;
    return openIn(shard);
  };
  const reading = new OpenOperationsReading(store);
  const first = reading.read();
  const others = Array.from({ length: 20 }, () => reading.read());
  release();
  const [one, ...rest] = await Promise.all([first, ...others]);
  expect(readings).toBe(2);
  expect(new Set(rest).size).toBe(1);
  expect(rest[0]).not.toBe(one);
});
