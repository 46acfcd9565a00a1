import { Command, type Cluster, type Redis } from 'ioredis';
import { clusterBehind } from './connection.js';
import { HASH_TAGS } from './keys.js';

/** The server that has a slot is not known, or not connected: an error as of a store that is away. */
const AWAY = 'Connection is closed: a master of the Cluster is not in reach';

/** A server that takes writes, and the hash tags whose keys it has. */
export interface Store {
  /** Its address in a Cluster; '' = there is one server only. */
  name: string;
  connection: Redis;
  tags: readonly string[];
}

/** Every server that has keys of ours. Throws when one of them is not in reach. */
export function storesOf(redis: Redis): Store[] {
  const cluster = clusterBehind(redis);
  if (!cluster) return [{ name: '', connection: redis, tags: HASH_TAGS }];
  const stores = new Map<string, { name: string; connection: Redis; tags: string[] }>();
  for (const tag of HASH_TAGS) {
    const { name, connection } = masterOf(cluster, tag);
    const known = stores.get(name) ?? { name, connection, tags: [] };
    stores.set(name, { ...known, tags: [...known.tags, tag] });
  }
  return [...stores.values()];
}

/** The one that has a key. Throws when it is not in reach. */
export function storeOf(redis: Redis, key: string): Omit<Store, 'tags'> {
  const cluster = clusterBehind(redis);
  return cluster ? masterOf(cluster, key) : { name: '', connection: redis };
}

/** Has the servers asked anew who has what; resolves when one has answered, or none does. */
export async function lookAgain(redis: Redis): Promise<void> {
  const cluster = clusterBehind(redis);
  if (cluster) await new Promise<void>((resolve) => cluster.refreshSlotsCache(() => resolve()));
}

function masterOf(cluster: Cluster, key: string): Omit<Store, 'tags'> {
  const name = cluster.slots[new Command('get', [key]).getSlot()]?.[0];
  const connection = cluster
    .nodes('master')
    .find(({ options }) => `${options.host ?? ''}:${options.port ?? ''}` === name);
  if (name !== undefined && connection) return { name, connection };
  cluster.refreshSlotsCache(() => undefined);
  throw new Error(AWAY);
}
