import { appendFileSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { GIVEN_OUT } from '../../scripts/canary/search.js';

/** Where everything is kept that no secret may be in; null = nothing is kept (`npm run canary` says where). */
function kept(): string | null {
  return process.env.CANARY_DIR || null;
}

/** Keeps what the product said: a log, an answer, spans. */
export function keepForCanary(name: string, text: string): void {
  const directory = kept();
  if (directory === null) return;
  mkdirSync(directory, { recursive: true });
  appendFileSync(join(directory, `${name.replaceAll(/[^a-z0-9-]+/gi, '-')}.txt`), `${text}\n`);
}

/** An answer of the API. What gives a secret out, once, is not kept, but the secret is looked for everywhere from then on. */
export function keepAnswer(what: string, text: string): void {
  if (kept() === null) return;
  const given = /"(?:secret|key)":"((?:whsec|drg)_[^"]+)"/.exec(text)?.[1];
  if (given === undefined) keepForCanary('answers', `${what}\n${text}`);
  else keepForCanary(GIVEN_OUT.replace('.txt', ''), given);
}

/** Every value in Redis, and the files beside it, before they are gone. */
export async function keepStore(name: string, env: Readonly<Record<string, string>>): Promise<void> {
  const directory = kept();
  if (directory === null) return;
  for (const variable of ['JOURNAL_DIR', 'HISTORY_DIR', 'AUDIT_DIR']) {
    const folder = env[variable] ?? 'none';
    if (folder !== 'none' && existsSync(folder))
      cpSync(folder, join(directory, `${name}-${variable}`), { recursive: true });
  }
  if (!/^redis:/.test(env.REDIS_URL ?? '')) return;
  const redis = new Redis(env.REDIS_URL ?? '', { maxRetriesPerRequest: 0, lazyConnect: true });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    for (const key of await redis.keys('*')) {
      const parts = [Buffer.from(key), ...(await valuesOf(redis, key))];
      keepForCanary(`${name}-redis`, parts.map((part) => part.toString('latin1')).join('\n'));
      // What is packed is looked into as well.
      for (const part of parts) keepForCanary(`${name}-redis-packed`, part.toString('base64'));
    }
  } catch (error) {
    keepForCanary('not-dumped', String(error));
  } finally {
    redis.disconnect();
  }
}

async function valuesOf(redis: Redis, key: string): Promise<Buffer[]> {
  switch (await redis.type(key)) {
    case 'string':
      return [(await redis.getBuffer(key)) ?? Buffer.alloc(0)];
    case 'hash':
      return Object.entries(await redis.hgetallBuffer(key)).flatMap(([name, value]) => [
        Buffer.from(name),
        value,
      ]);
    case 'list':
      return redis.lrangeBuffer(key, 0, -1);
    case 'set':
      return redis.smembersBuffer(key);
    case 'zset':
      return redis.zrangeBuffer(key, '0', '-1');
    case 'stream':
      return (await redis.xrangeBuffer(key, '-', '+')).flatMap(([id, fields]) => [id, ...fields]);
    default:
      return [];
  }
}
