import { pathToFileURL } from 'node:url';
import type { Redis } from 'ioredis';
import { throttled } from '../../../src/platform/log/throttled.js';
import { StoreReadiness } from '../../../src/platform/redis/readiness.js';
import { RedisScript } from '../../../src/platform/redis/script.js';
import { connectWithin, connectRedis } from '../../../src/platform/redis/connection.js';
import { evictionPolicy } from '../../../src/platform/redis/eviction-policy.js';
import { SHARD_COUNT, shardOf } from '../../../src/platform/redis/keys.js';
import { isRedisTrouble } from '../../../src/platform/redis/trouble.js';
import { deadUrl } from '../support/listening.js';
import { recordingLog } from '../support/recording-log.js';
import { redisForThisFile } from '../support/redis.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const the = redisForThisFile();
const file = temporaryFolder();
const script = (name: string, text: string) => new RedisScript(pathToFileURL(file(`${name}.lua`, text)));

describe('a script', () => {
  it('runs on a server that has never seen it, and after the server forgot it', async () => {
    const counting = script('count', `return { redis.call('INCR', KEYS[1]), ARGV[1] }`);
    expect(await counting.run(the.redis, ['n'], ['a'])).toEqual([1, 'a']);
    expect(await counting.run(the.redis, ['n'], ['b'])).toEqual([2, 'b']);
    await the.redis.script('FLUSH');
    expect(await counting.run(the.redis, ['n'], [3])).toEqual([3, '3']);
  });

  it('is sent by its digest once the server knows it', async () => {
    const text = `return 'known'`;
    const known = script('known', text);
    await known.run(the.redis, [], []);
    const digest = (await the.redis.script('LOAD', text)) as string;
    expect(await the.redis.evalsha(digest, 0)).toBe('known');
    await the.redis.config('RESETSTAT');
    await known.run(the.redis, [], []);
    const stats = await the.redis.info('commandstats');
    expect(stats).toContain('cmdstat_evalsha:calls=1');
    expect(stats).not.toContain('cmdstat_eval:');
  });

  it('that fails is run once: no other error is taken for a script that is not known', async () => {
    const failing = script('fail', `redis.call('INCR', KEYS[1]) return redis.error_reply('WRONG it is')`);
    await expect(failing.run(the.redis, ['n'], [])).rejects.toThrow('WRONG it is');
    await expect(failing.run(the.redis, ['n'], [])).rejects.toThrow('WRONG it is');
    expect(await the.redis.get('n')).toBe('2');
  });
});

describe('errors of Redis in the log', () => {
  it('are one line per kind, however many there are', () => {
    const { log, lines } = recordingLog();
    const onError = throttled(log, 'redis');
    for (let i = 0; i < 5_000; i += 1) {
      onError(new Error('connect ECONNREFUSED'));
      onError(new Error('OOM command not allowed'));
    }
    expect(lines.map(([, text]) => text)).toEqual(['connect ECONNREFUSED', 'OOM command not allowed']);
  });

  it('are one line per kind for all who share the log, and ids make no kind of their own', () => {
    const { log, lines } = recordingLog();
    for (let i = 0; i < 24; i += 1) {
      throttled(log, `worker ${i}`)(new Error(`OOM command not allowed. script: ${i}, on @user_script:1.`));
      throttled(log, `worker ${i}`)(new Error(`Missing lock for job ring-site-${i}. moveToFinished`));
    }
    expect(lines).toHaveLength(2);
  });

  it('are cut short, and told without what hangs on them', () => {
    const { log, lines } = recordingLog();
    throttled(log, 'redis')(Object.assign(new Error('x'.repeat(5_000)), { command: { args: ['secret'] } }));
    expect(JSON.stringify(lines).length).toBeLessThan(400);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('without words are told by their name', () => {
    const { log, lines } = recordingLog();
    throttled(log, 'redis')(new AggregateError([]));
    expect(lines[0]?.[1]).toBe('AggregateError');
  });
});

it.each([
  ['OOM command not allowed when used memory', /it is out of memory \(OOM\)/],
  ["READONLY You can't write against a read only replica.", /it is a replica \(READONLY\)/],
  ['MISCONF Redis is configured to save RDB snapshots', /cannot write to its disk \(MISCONF\)/],
  ['NOREPLICAS Not enough good replicas to write.', /too few replicas in reach \(NOREPLICAS/],
  ['LOADING Redis is loading the dataset in memory', /still loading its data \(LOADING\)/],
])('a store that says %j is called by name', async (message, words) => {
  const refusing = { set: () => Promise.reject(new Error(message)) } as unknown as Redis;
  expect(await new StoreReadiness(refusing).fault()).toMatch(words);
});

describe('the connection', () => {
  it('is given up within the limit when nobody listens', async () => {
    const url = (await deadUrl()).replace('http', 'redis');
    const redis = connectRedis(url, 'commands', recordingLog().log);
    await expect(connectWithin(redis, 50)).rejects.toThrow('Redis did not answer within 50 ms');
    redis.disconnect();
  });

  it('for commands fails at once while Redis is away, in words that are known as its trouble', async () => {
    const url = (await deadUrl()).replace('http', 'redis');
    const redis = connectRedis(url, 'commands', recordingLog().log);
    await connectWithin(redis, 50).catch(() => undefined);
    const error: unknown = await redis.get('x').catch((reason: unknown) => reason);
    expect(isRedisTrouble(error)).toBe(true);
    expect(await new StoreReadiness(redis).fault()).toMatch(/^Redis takes no writes: /);
    redis.disconnect();
  });

  it('that works has no fault, and its eviction policy can be asked for', async () => {
    expect(await new StoreReadiness(the.redis).fault()).toBeNull();
    expect(await evictionPolicy(the.redis)).toBe('noeviction');
  });
});

it.each([
  'OOM command not allowed',
  'READONLY You can’t write',
  'NOREPLICAS Not enough',
  'Connection is closed.',
  'Command timed out',
])('%j is trouble of Redis', (message) => {
  expect(isRedisTrouble(new Error(message))).toBe(true);
});

it.each(['WRONGTYPE Operation', 'cannot read properties of undefined', 'no OOM here'])(
  '%j is not',
  (message) => {
    expect(isRedisTrouble(new Error(message))).toBe(false);
  },
);

it('sites are spread over all shards, each always to the same one', () => {
  const shards = Array.from({ length: 200 }, (_, i) => shardOf(`site-${i}`));
  expect(new Set(shards).size).toBe(SHARD_COUNT);
  expect(shards.map((_, i) => shardOf(`site-${i}`))).toEqual(shards);
});
