import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

export interface SeenEvent {
  operationId: string;
  type: string;
  state: string;
  sequence: number;
  text: string;
  /** performance.now() when it was heard of here. */
  heardAt: number;
}

const SHARDS = 8;
const VERDICTS = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED']);

export const isVerdict = (state: string): boolean => VERDICTS.has(state);

/**
 * Hears every event of every operation, on a connection of its own: what was ambiguous, when work went on. Survives a
 * store that is away; what a store forgets before it is read is not heard of.
 */
export class EventWatch {
  /** By operation, in the order in which they were heard of. */
  readonly heard = new Map<string, SeenEvent[]>();
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private readonly redis: Redis;
  private over = false;
  private readonly reading: Promise<void>;

  constructor(redisUrl: string) {
    this.redis = new Redis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: () => 200 });
    this.redis.on('error', () => undefined);
    this.reading = this.read();
  }

  on(listener: (event: SeenEvent) => void): () => void {
    this.emitter.on('event', listener);
    return () => this.emitter.off('event', listener);
  }

  lastOf(operationId: string): SeenEvent | undefined {
    return this.heard.get(operationId)?.at(-1);
  }

  /** Whether it was not known for a time if its request had arrived. */
  wasAmbiguous(operationId: string): boolean {
    return (this.heard.get(operationId) ?? []).some(
      ({ state }) => state === 'RECONCILING' || state === 'UNKNOWN',
    );
  }

  /** Resolves with the first event of it that is meant; null = none came in time. */
  async first(
    operationId: string,
    isMeant: (event: SeenEvent) => boolean,
    withinMs: number,
  ): Promise<SeenEvent | null> {
    const known = this.heard.get(operationId)?.find(isMeant);
    if (known) return known;
    return new Promise((resolve) => {
      const done = (event: SeenEvent | null): void => {
        clearTimeout(timer);
        off();
        resolve(event);
      };
      const off = this.on((event) => {
        if (event.operationId === operationId && isMeant(event)) done(event);
      });
      const timer = setTimeout(() => done(null), withinMs);
    });
  }

  async close(): Promise<void> {
    this.over = true;
    this.redis.disconnect();
    await this.reading;
  }

  private async read(): Promise<void> {
    const places = new Map(Array.from({ length: SHARDS }, (_, shard) => [`drg:{s${shard}}:events`, '0']));
    while (!this.over) {
      try {
        const answer = await this.redis.xread('BLOCK', 2000, 'STREAMS', ...places.keys(), ...places.values());
        for (const [key, entries] of answer ?? []) {
          for (const [place, fields] of entries) {
            places.set(key, place);
            this.hear(fields[fields.indexOf('e') + 1] ?? '');
          }
        }
      } catch {
        if (!this.over) await sleep(200);
      }
    }
  }

  private hear(text: string): void {
    const event = { ...(JSON.parse(text) as Omit<SeenEvent, 'heardAt'>), heardAt: performance.now() };
    const all = this.heard.get(event.operationId) ?? [];
    this.heard.set(event.operationId, all);
    all.push(event);
    this.emitter.emit('event', event);
  }
}
