import type { Redis } from 'ioredis';

/** What Redis holds, and how much of it is bounded by something else than time. */
export interface StoreSample {
  clients: number;
  usedBytes: number;
  /** Of these, what the streams of events and the logs of webhook deliveries take: both are kept to a number of entries, or to days. */
  boundedBytes: number;
  /** By what they are of. */
  keys: Record<string, number>;
}

const SHARDS = 8;
const KINDS: readonly [kind: string, name: RegExp][] = [
  ['operations', /:op:[^:]+$/],
  ['events of unfinished operations', /:op:[^:]+:events$/],
  ['idempotency keys', /:idem:/],
  ['webhooks', /:webhook/],
  ['queues', /:(?:doorbells|refreshes|deliveries|canaries|bull)/],
];

export async function sampleStore(redis: Redis): Promise<StoreSample> {
  const info = await redis.info();
  const value = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? NaN);
  const keys: Record<string, number> = {};
  const bounded = Array.from({ length: SHARDS }, (_, shard) => `drg:{s${shard}}:events`);
  for await (const names of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>)
    for (const name of names) {
      const kind = KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'others';
      keys[kind] = (keys[kind] ?? 0) + 1;
      if (name.endsWith(':deliveries')) bounded.push(name);
    }
  const bytes = await Promise.all(bounded.map((name) => redis.memory('USAGE', name, 'SAMPLES', 200)));
  return {
    clients: value('connected_clients'),
    usedBytes: value('used_memory'),
    boundedBytes: bytes.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    keys,
  };
}

export function allKeys({ keys }: StoreSample): number {
  return Object.values(keys).reduce((sum, count) => sum + count, 0);
}
