import type { Redis } from 'ioredis';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { readinessKey } from './keys.js';
import { clusterOf, sentinelsOf } from './redis-address.js';
import { storesOf, type Store } from './stores.js';

const WAIT_MS = 1_000;

/** What a failover may cost as it is configured, in a sentence; null = nothing that replicas could have kept. */
export function failoverRisk({
  redisUrl,
  waitReplicas,
}: Pick<Environment, 'redisUrl' | 'waitReplicas'>): string | null {
  const named = sentinelsOf(redisUrl) ? 'Sentinels' : clusterOf(redisUrl) ? 'a Cluster' : null;
  return waitReplicas === 0 && named !== null
    ? `${ENVIRONMENT.redisUrl.name} names ${named}, but ${ENVIRONMENT.waitReplicas.name} is 0: a failover loses what no replica has yet, and a process that is cut off together with the old primary goes on accepting and sending there, while the others do so elsewhere. Set it to 1 or more.`
    : null;
}

/**
 * Whether enough replicas have what is written, of every server. WAIT speaks only for its own connection, and everything behind it waits: it has
 * one of its own, opened when somebody asks first.
 */
export class ReplicaReadiness {
  private redis: Redis | null = null;

  constructor(
    readonly needed: number,
    private readonly open: () => Redis,
    /** What a failover may cost, as a sentence for people; null = nothing. */
    readonly risk: string | null = null,
  ) {}

  /** A sentence, or null when all is well. */
  async fault(): Promise<string | null> {
    if (this.needed === 0) return null;
    try {
      const redis = await this.connected();
      const confirmed = Math.min(
        ...(await Promise.all(storesOf(redis).map((store) => this.confirmedBy(store)))),
      );
      return confirmed >= this.needed
        ? null
        : `Of ${this.needed} replicas that must have what is written, ${confirmed} confirmed it within ${WAIT_MS} ms.`;
    } catch (error) {
      return `The replicas could not be asked: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}.`;
    }
  }

  close(): void {
    this.redis?.disconnect();
  }

  private async confirmedBy({ connection, tags: [tag = ''] }: Store): Promise<number> {
    const answers = await connection
      .pipeline()
      .set(`${readinessKey(tag)}:replicas`, String(process.pid), 'EX', 60)
      .wait(this.needed, WAIT_MS)
      .exec();
    const [error, confirmed] = answers?.[1] ?? [new Error('no answer'), 0];
    if (error) throw error;
    return Number(confirmed);
  }

  private async connected(): Promise<Redis> {
    this.redis ??= this.open();
    if (this.redis.status === 'wait') await this.redis.connect();
    return this.redis;
  }
}
