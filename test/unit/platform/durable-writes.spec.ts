import { Redis } from 'ioredis';
import { DurableWrites, type DurableWrite } from '../../../src/platform/redis/durable-writes.js';
import { RedisScript } from '../../../src/platform/redis/script.js';
import { isRedisTrouble } from '../../../src/platform/redis/trouble.js';
import { eventuallyTrue } from '../../support/eventually.js';
import { redisPairForThisFile } from '../support/redis-pair.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const pair = redisPairForThisFile();
const file = temporaryFolder();

/** As every script of ours: the second time it is the first one's answer, and nothing is written. */
const ONCE = file(
  'once.lua',
  `if redis.call('GET', KEYS[1]) == ARGV[1] then return 'BEFORE' end
   redis.call('SET', KEYS[1], ARGV[1])
   return 'NOW'`,
);

function once(value: string): DurableWrite {
  return { script: new RedisScript(new URL(`file://${ONCE}`)), keys: ['it'], args: [value], mark: 'mark' };
}

let made = 0;
const fresh = (): DurableWrite => once(`value ${(made += 1)}`);

describe('writes that must outlive the server', () => {
  const opened: DurableWrites[] = [];
  afterEach(() => {
    for (const writes of opened.splice(0)) writes.close();
  });

  function writes(settings: Partial<ConstructorParameters<typeof DurableWrites>[1]> = {}): DurableWrites {
    const one = new DurableWrites(pair.redis, { replicas: 1, waitMs: 300, ...settings });
    opened.push(one);
    return one;
  }

  it('are safe once the replica has them', async () => {
    expect(await writes().run(fresh())).toEqual({ answer: 'NOW', safe: true });
  });

  it('are written and not safe while the replica is frozen, and safe again when it is back', async () => {
    const durable = writes();
    await durable.run(fresh());
    pair.freeze();
    const write = fresh();
    expect(await durable.run(write)).toEqual({ answer: 'NOW', safe: false });
    expect(await pair.redis.get('it')).toBe(write.args[0]);
    await pair.thaw();
    expect(await durable.run(fresh())).toEqual({ answer: 'NOW', safe: true });
  });

  it('are not called safe because they were written before, on another connection', async () => {
    pair.freeze();
    const write = fresh();
    await writes().run(write);
    expect(await writes().run(write)).toEqual({ answer: 'BEFORE', safe: false });
  });

  it('are not called safe by a connection that was lost in between: all of it is sent again', async () => {
    const durable = writes({ waitMs: 1_000, connections: 1 });
    await durable.run(fresh());
    pair.freeze();
    const running = durable.run(fresh());
    const ids = async (): Promise<string[]> => {
      const clients = (await pair.redis.client('LIST')) as string;
      return clients.split('\n').flatMap((line) => /^id=(\d+) .* cmd=wait /.exec(line)?.[1] ?? []);
    };
    await eventuallyTrue('it waits', async () => (await ids()).length === 1);
    for (const id of await ids()) await pair.redis.client('KILL', 'ID', id);
    expect(await running).toEqual({ answer: 'BEFORE', safe: false });
  });

  it('ask for as many replicas as they are told to', async () => {
    expect((await writes({ replicas: 2 }).run(fresh())).safe).toBe(false);
  });

  it('ask nobody when no replica is wanted', async () => {
    pair.freeze();
    expect(await writes({ replicas: 0 }).run(fresh())).toEqual({ answer: 'NOW', safe: true });
  });

  it('bring their script along when the server has forgotten it', async () => {
    const durable = writes();
    await pair.redis.script('FLUSH');
    expect(await durable.run(fresh())).toEqual({ answer: 'NOW', safe: true });
  });

  it('share a few connections, each of them one after the other', async () => {
    const durable = writes({ connections: 2 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => durable.run(fresh())));
    expect(answers.every(({ safe }) => safe)).toBe(true);
  });

  it('do not wait for ever for a connection, and then have written nothing', async () => {
    const durable = writes({ connections: 1, patienceMs: 50, waitMs: 1_000 });
    await durable.run(fresh());
    pair.freeze();
    const first = durable.run(fresh());
    const late = fresh();
    const error = await durable.run(late).catch((reason: unknown) => reason);
    expect(isRedisTrouble(error)).toBe(true);
    await first;
    expect(await pair.redis.get('it')).not.toBe(late.args[0]);
  });

  it('that are not urgent give way, and are written without waiting when there is no connection for them', async () => {
    const durable = writes({ connections: 1, patienceMs: 400, waitMs: 300 });
    await durable.run(fresh());
    pair.freeze();
    const order: string[] = [];
    const run = async (name: string, isUrgent: boolean): Promise<boolean> => {
      const { safe } = await durable.run(fresh(), isUrgent);
      order.push(name);
      return safe;
    };
    const all = [run('first', true), run('patient', false), run('more patient', false), run('urgent', true)];
    expect(await Promise.all(all)).toEqual([false, false, false, false]);
    expect(order.indexOf('first')).toBe(0);
    expect(order.filter((name) => name !== 'first')).toContain('urgent');
  });

  it('fail as the store does when the server is away', async () => {
    const away = new Redis('redis://127.0.0.1:1', { lazyConnect: true, retryStrategy: () => null });
    away.on('error', () => undefined);
    const durable = new DurableWrites(away, { replicas: 1, patienceMs: 100 });
    opened.push(durable);
    expect(isRedisTrouble(await durable.run(fresh()).catch((reason: unknown) => reason))).toBe(true);
    away.disconnect();
  });

  it('pass a fault of the script on as it is', async () => {
    const broken = new RedisScript(
      new URL(`file://${file('broken.lua', "return redis.error_reply('ERR broken')")}`),
    );
    await expect(writes().run({ script: broken, keys: [], args: [], mark: 'mark' })).rejects.toThrow(
      'broken',
    );
  });
});
