import type { Redis } from 'ioredis';
import { lookAgain, storesOf } from './stores.js';

/**
 * Names the life of the servers that answer: another one after a restart of any of them, after a replica took over, and
 * after its data was replaced by a master's. null = a server does not tell. Throws while one that has keys of ours is
 * not in reach, or is a master no longer.
 */
export async function serverIdentity(redis: Redis): Promise<string | null> {
  const stores = storesOf(redis);
  const lives = await Promise.all(stores.map(({ connection }) => lifeOf(connection)));
  if (stores[0]?.name !== '' && lives.some((life) => life?.isReplica)) {
    await lookAgain(redis);
    throw new Error('READONLY a master of the Cluster was replaced');
  }
  if (lives.some((life) => life === null)) return null;
  return lives
    .map((life) => life?.name)
    .sort()
    .join(',');
}

async function lifeOf(server: Redis): Promise<{ name: string; isReplica: boolean } | null> {
  let text: string;
  try {
    text = (await Promise.all([server.info('server'), server.info('replication')])).join('\n');
  } catch (error) {
    if (error instanceof Error && /^(ERR|NOPERM|WRONG)/.test(error.message)) return null;
    throw error;
  }
  const found = ['run_id', 'master_replid'].map((name) => new RegExp(`^${name}:(\\S+)`, 'm').exec(text)?.[1]);
  if (found.every((value) => value === undefined)) return null;
  return { name: found.join('/'), isReplica: /^role:slave/m.test(text) };
}
