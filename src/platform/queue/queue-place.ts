import { SHARDS } from '../redis/keys.js';

/** One queue of one shard. */
export function placeOf(queue: string, shard: number): string {
  return `${queue}/${shard}`;
}

export function placesOf(queues: readonly string[]): string[] {
  return queues.flatMap((queue) => SHARDS.map((shard) => placeOf(queue, shard)));
}
