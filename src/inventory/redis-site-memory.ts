import type { Redis } from 'ioredis';
import { siteMemoryKey } from '../platform/redis/keys.js';
import { SiteMemory } from '../providers/provider-driver.js';

/** Facts about a site that are kept for good, the first value winning. */
export class RedisSiteMemory extends SiteMemory {
  constructor(private readonly redis: Redis) {
    super();
  }

  async rememberFirst(
    siteId: string,
    entries: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const names = Object.keys(entries);
    if (names.length === 0) return {};
    const key = siteMemoryKey(siteId);
    const known = await this.redis.hmget(key, ...names);
    const missing = names.filter((_name, i) => known[i] === null);
    await Promise.all(missing.map((name) => this.redis.hsetnx(key, name, entries[name] ?? '')));
    const kept = missing.length > 0 ? await this.redis.hmget(key, ...names) : known;
    return Object.fromEntries(names.map((name, i) => [name, kept[i] ?? entries[name] ?? '']));
  }
}
