import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Log } from '../log/log.js';
import { throttled } from '../log/throttled.js';
import { connectCluster } from './cluster-connection.js';
import { retryStrategy, type ConnectionRole } from './connection-role.js';
import { gatherWrites } from './gathered-writes.js';
import { clusterOf, sentinelsOf } from './redis-address.js';
import { isUntrusted, redisTls, UntrustedRedis } from './redis-tls.js';

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
 * To one server, to the one that Sentinels name, or to the servers of a Cluster. The type is that of a server: whoever
 * names its keys in a command, all of them of one hash tag, need not know which it is. Who asks a server about itself
 * (INFO, CONFIG, TIME, WAIT) asks each of `stores.ts`.
 * @param caFile with the authority of its certificate; null = a public one
 */
export function connectRedis(
  url: string,
  role: ConnectionRole,
  log: Log,
  caFile: string | null = null,
): Redis {
  const trust = redisTls(caFile);
  const cluster = clusterOf(url, trust);
  if (cluster) return connectCluster(cluster, role, log) as unknown as Redis;
  const options: RedisOptions =
    role === 'commands'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 3000 }
      : { maxRetriesPerRequest: null };
  const usual: RedisOptions = { ...options, retryStrategy, lazyConnect: true, enableReadyCheck: true };
  const sentinels = sentinelsOf(url, trust);
  const redis = sentinels
    ? new Redis({ ...usual, ...sentinels, ...following(role) })
    : new Redis(url, url.startsWith('rediss:') ? { ...usual, tls: trust } : usual);
  redis.on('error', throttled(log, 'redis'));
  gatherWrites(redis);
  return redis;
}

/** The Cluster behind a connection; null = it is to one server. */
export function clusterBehind(redis: Redis): Cluster | null {
  const connection: unknown = redis;
  return connection instanceof Cluster ? connection : null;
}

/** The server is there, and does not let us in: waiting does not help. */
export class RefusedByRedis extends Error {}

/** The server is there, and is not of the kind that the address says. */
export class OtherKindOfRedis extends Error {}

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
    redis.on('error', (error: Error & { lastNodeError?: Error }) => {
      const { message } = error.lastNodeError ?? error;
      if (isUntrusted(error.lastNodeError ?? error)) reject(new UntrustedRedis(message));
      if (/^(WRONGPASS|NOAUTH|NOPERM)/.test(message)) reject(new RefusedByRedis(message));
      if (/cluster support disabled/.test(message)) reject(new OtherKindOfRedis(message));
    });
  });
  redis.connect().catch(() => undefined);
  try {
    await Promise.race([ready, limit]);
  } finally {
    clearTimeout(timer);
  }
}
