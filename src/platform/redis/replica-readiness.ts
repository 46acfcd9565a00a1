import type { Redis } from 'ioredis';
import { READINESS_KEY } from './keys.js';

const WAIT_MS = 1_000;

/**
 * Whether enough replicas have what is written. WAIT speaks only for its own connection, and everything behind it waits: it has
 * one of its own, opened when somebody asks first.
 */
export class ReplicaReadiness {
  private redis: Redis | null = null;

  constructor(
    readonly needed: number,
    private readonly open: () => Redis,
  ) {}

  /** A sentence, or null when all is well. */
  async fault(): Promise<string | null> {
    if (this.needed === 0) return null;
    try {
      const redis = await this.connected();
      const answers = await redis
        .pipeline()
        .set(`${READINESS_KEY}:replicas`, String(process.pid), 'EX', 60)
        .wait(this.needed, WAIT_MS)
        .exec();
      const [error, confirmed] = answers?.[1] ?? [new Error('no answer'), 0];
      if (error) throw error;
      return Number(confirmed) >= this.needed
        ? null
        : `Of ${this.needed} replicas that must have what is written, ${Number(confirmed)} confirmed it within ${WAIT_MS} ms.`;
    } catch (error) {
      return `The replicas could not be asked: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}.`;
    }
  }

  close(): void {
    this.redis?.disconnect();
  }

  private async connected(): Promise<Redis> {
    this.redis ??= this.open();
    if (this.redis.status === 'wait') await this.redis.connect();
    return this.redis;
  }
}
