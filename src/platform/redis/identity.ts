import type { Redis } from 'ioredis';

/**
 * Names the life of the server that answers: another one after a restart, after a replica took over, and after its data
 * was replaced by a master's. null = the server does not tell.
 */
export async function serverIdentity(redis: Redis): Promise<string | null> {
  let text: string;
  try {
    text = (await Promise.all([redis.info('server'), redis.info('replication')])).join('\n');
  } catch (error) {
    if (error instanceof Error && /^(ERR|NOPERM|WRONG)/.test(error.message)) return null;
    throw error;
  }
  const found = ['run_id', 'master_replid'].map((name) => new RegExp(`^${name}:(\\S+)`, 'm').exec(text)?.[1]);
  return found.every((value) => value === undefined) ? null : found.join('/');
}
