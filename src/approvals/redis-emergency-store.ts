import type { Redis } from 'ioredis';
import type { EmergencyDeclaration } from '../domain/access/emergency-declaration.js';
import { APPROVAL_KEYS as KEYS } from '../platform/redis/keys.js';
import { replaceRecord } from './redis-records.js';

/** The audit keeps them all; here are those that somebody may want to look at. */
const MOST_KEPT = 200;

/** Keeps declared emergencies. */
export class EmergencyStore {
  constructor(private readonly redis: Redis) {}

  async add(emergency: EmergencyDeclaration): Promise<void> {
    await this.redis.hset(KEYS.emergencies, emergency.id, JSON.stringify(emergency));
    const old = (await this.all()).slice(MOST_KEPT).map(({ id }) => id);
    if (old.length > 0) await this.redis.hdel(KEYS.emergencies, ...old);
  }

  async find(id: string): Promise<EmergencyDeclaration | null> {
    const text = await this.redis.hget(KEYS.emergencies, id);
    return text === null ? null : (JSON.parse(text) as EmergencyDeclaration);
  }

  /** Newest first. */
  async all(): Promise<EmergencyDeclaration[]> {
    const texts = await this.redis.hvals(KEYS.emergencies);
    return texts
      .map((text) => JSON.parse(text) as EmergencyDeclaration)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  change(
    id: string,
    change: (emergency: EmergencyDeclaration) => EmergencyDeclaration | null,
  ): Promise<EmergencyDeclaration | null> {
    return replaceRecord(this.redis, KEYS.emergencies, id, change);
  }
}
