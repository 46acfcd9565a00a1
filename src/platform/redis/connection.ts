import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../log/log.js';
import { throttled } from '../log/throttled.js';
import { sentinelsOf } from './redis-address.js';

/** Reconnects soon: the default waits up to 20 s after Redis is back. */
function retryStrategy(times: number): number {
  return Math.min(200 * 2 ** Math.min(times, 4), 1000);
}

/**
 * With Sentinels: a primary that was replaced is left, when it says that it takes nothing any more, or says nothing at
 * all. (ioredis's own detector may strike while a connection is being made, which then ends for good.)
 */
function following(role: ConnectionRole): RedisOptions {
  return {
    sentinelRetryStrategy: retryStrategy,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    // A blocking read may wait for ten seconds.
    socketTimeout: role === 'commands' ? 5_000 : 20_000,
  };
}

/**
 * - `commands`: fails fast while Redis is away, so that a request gets its 503 at once.
 * - `blocking`: waits for ever; for workers and stream readers.
 */
export type ConnectionRole = 'commands' | 'blocking';

export function connectRedis(url: string, role: ConnectionRole, log: Log): Redis {
  const options: RedisOptions =
    role === 'commands'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 3000 }
      : { maxRetriesPerRequest: null };
  const usual: RedisOptions = { ...options, retryStrategy, lazyConnect: true, enableReadyCheck: true };
  const sentinels = sentinelsOf(url);
  const redis = sentinels ? new Redis({ ...usual, ...sentinels, ...following(role) }) : new Redis(url, usual);
  redis.on('error', throttled(log, 'redis'));
  return redis;
}

/** The server is there, and does not let us in: waiting does not help. */
export class RefusedByRedis extends Error {}

/** Connects within the limit, or rejects. */
export async function connectWithin(redis: Redis, limitMs: number): Promise<void> {
  // The first command of somebody else may have been quicker.
  if (redis.status === 'ready') return;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${limitMs} ms`)), limitMs);
  });
  const ready = new Promise<void>((resolve, reject) => {
    redis.once('ready', resolve);
    redis.on('error', (error: Error) => {
      if (/^(WRONGPASS|NOAUTH|NOPERM)/.test(error.message)) reject(new RefusedByRedis(error.message));
    });
  });
  redis.connect().catch(() => undefined);
  try {
    await Promise.race([ready, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** The eviction policy must be noeviction; null = the server does not let us look. */
export async function evictionPolicy(redis: Redis): Promise<string | null> {
  try {
    const answer = (await redis.config('GET', 'maxmemory-policy')) as string[] | Record<string, string>;
    return Array.isArray(answer) ? (answer[1] ?? null) : (answer['maxmemory-policy'] ?? null);
  } catch {
    return null;
  }
}
