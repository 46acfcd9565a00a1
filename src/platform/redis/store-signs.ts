import type { Cluster, Redis } from 'ioredis';
import { clusterBehind } from './connection.js';
import { HASH_TAGS } from './keys.js';
import { storeOf } from './stores.js';

export interface StoreSigns {
  /** It is out of sight, or a server of it. */
  lost: () => void;
  /** It, or a server of it, can be asked again. */
  back: () => void;
}

/**
 * Tells when the connection to a server of the store breaks, and when another server has taken the place of one.
 * @returns whether the store can be reached now
 */
export function followStores(redis: Redis, signs: StoreSigns): boolean {
  redis.on('close', signs.lost);
  redis.on('ready', signs.back);
  const cluster = clusterBehind(redis);
  if (cluster) followServers(cluster, redis, signs);
  return redis.status === 'ready';
}

function followServers(cluster: Cluster, redis: Redis, { lost, back }: StoreSigns): void {
  const follow = (server: Redis): void => {
    server.on('close', lost);
    server.on('ready', back);
  };
  cluster.nodes().forEach(follow);
  cluster.on('+node', follow);
  let known = mastersOf(redis);
  // A master that steps down for its replica breaks no connection.
  cluster.on('refresh', () => {
    const now = mastersOf(redis);
    if (known !== null && now !== null && now !== known) {
      lost();
      back();
    }
    known = now ?? known;
  });
}

/** Who has what, to be compared; null = that is not known of everything. */
function mastersOf(redis: Redis): string | null {
  try {
    return HASH_TAGS.map((tag) => storeOf(redis, tag).name).join();
  } catch {
    return null;
  }
}
