import { Cluster, type ClusterOptions, type Redis } from 'ioredis';
import type { Log } from '../log/log.js';
import { throttled } from '../log/throttled.js';
import { retryStrategy, type ConnectionRole } from './connection-role.js';
import type { ClusterAddress } from './redis-address.js';

/** A server that hangs says nothing: that another has taken its place is learnt by asking. */
const SERVERS_ASKED_EVERY_MS: Record<ConnectionRole, number> = { commands: 1_000, blocking: 5_000 };

/** Which server has a slot is learnt from the servers, and followed when it moves. */
export function connectCluster({ nodes, server }: ClusterAddress, role: ConnectionRole, log: Log): Cluster {
  const failing: ClusterOptions =
    role === 'commands'
      ? {
          enableOfflineQueue: false,
          redisOptions: { maxRetriesPerRequest: 1, commandTimeout: 3_000, socketTimeout: 5_000 },
        }
      : { redisOptions: { maxRetriesPerRequest: null, socketTimeout: 20_000 } };
  const cluster = new Cluster(nodes, {
    ...failing,
    redisOptions: { ...failing.redisOptions, ...server },
    clusterRetryStrategy: retryStrategy,
    slotsRefreshInterval: SERVERS_ASKED_EVERY_MS[role],
    // A certificate is for a name, not for the address that it stands for.
    dnsLookup: (host, done) => done(null, host),
    lazyConnect: true,
    enableReadyCheck: true,
  });
  const tell = throttled(log, 'redis cluster');
  cluster.on('error', tell);
  cluster.on('node error', (error: Error) => tell(error));
  return cluster;
}

/** Whether a server that was taken for a single one is part of a Cluster. */
export async function isUnknownCluster(redis: Redis): Promise<boolean> {
  if (redis instanceof Cluster) return false;
  const told = await redis.info('cluster').catch(() => '');
  return /^cluster_enabled:1/m.test(told);
}
