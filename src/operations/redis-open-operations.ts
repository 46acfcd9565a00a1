import type { Redis } from 'ioredis';
import { readRecord } from '../domain/operation-schema.js';
import type { Operation } from '../domain/operation.js';
import { operationKeys } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import { madeBy } from './write-ids.js';

const WRITTEN_LAST = new RedisScript(new URL('./lua/written-last.lua', import.meta.url));

/** A record, and the id of the write that made it so. */
interface Version {
  writeId: string;
  operation: Operation;
}

/**
 * The unfinished operations of a shard in three round trips, however many they are: which there are, who wrote
 * each of them last, and the records that were not read before. What is kept is a copy that is thrown away when the
 * operation ends.
 */
export class OpenOperations {
  private readonly read = new Map<number, ReadonlyMap<string, Version>>();

  constructor(private readonly redis: Redis) {}

  /** Oldest first. */
  async in(shard: number): Promise<Operation[]> {
    const keys = operationKeys(shard);
    const ids = await this.redis.zrange(keys.open, '0', '-1');
    const known = this.read.get(shard) ?? new Map<string, Version>();
    const written = await this.writtenLast(ids.map(keys.operation));
    const news = ids.filter((id, i) => known.get(id)?.writeId !== written[i]);
    const records = await this.answers<[string | null, string | null]>(
      news.map((id) => ['hmget', keys.operation(id), 'w', 'r']),
    );
    const fresh = new Map(news.map((id, i) => [id, records[i] ?? [null, null]] as const));
    const now = new Map<string, Version>();
    for (const id of ids) {
      const [writeId, record] = fresh.get(id) ?? [];
      const version =
        writeId && record ? { writeId, operation: madeBy(readRecord(record), writeId) } : known.get(id);
      if (version && (!fresh.has(id) || record)) now.set(id, version);
    }
    this.read.set(shard, now);
    return [...now.values()].map(({ operation }) => operation);
  }

  /** Asked at every look at a site, of all that is open there: what it costs must not be a command for each. */
  private async writtenLast(records: readonly string[]): Promise<(string | null)[]> {
    if (records.length === 0) return [];
    return (await WRITTEN_LAST.run(this.redis, records, [])) as (string | null)[];
  }

  private async answers<T>(commands: string[][]): Promise<T[]> {
    if (commands.length === 0) return [];
    const answers = (await this.redis.pipeline(commands).exec()) ?? [];
    return answers.map(([error, answer]) => {
      if (error) throw error;
      return answer as T;
    });
  }
}
