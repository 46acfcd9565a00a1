import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Operation } from '../../domain/operation.js';
import { statisticsKeys, shardOf } from '../../platform/redis/keys.js';
import { RedisScript } from '../../platform/redis/script.js';
import { fieldOf, readRollUp, subjectsOf, writeRollUp, type Subject } from './cells.js';
import { merged, rollUpOf, type RollUp } from './roll-up.js';

const KEEP = new RedisScript(new URL('./lua/keep-statistics.lua', import.meta.url));
const BEGIN = new RedisScript(new URL('./lua/begin-generation.lua', import.meta.url));

/** Which statistics of a shard are read, and how far they are. */
export interface Head {
  generation: string;
  /** Offset of the last event of the shard that is counted. */
  position: string;
  /** Why it is to be counted anew; null = it is not. */
  wanted: string | null;
  /** When it is to be counted anew, milliseconds, since part of the history could not be read; null = all of it could. */
  retryMs: number | null;
  /** How often in a row that was so. */
  lackedTimes: number;
}

/** Where counting goes: to the statistics that are read, or to a generation that is counted beside them. */
export type Place = 'HEAD' | 'DRAFT';

const ALL_OF_IT = ['-', '+'] as const;
const DELETED_AT_ONCE = 500;

/** Keeps statistics: read, put together here, and written only if nobody else has counted meanwhile. */
export class StatisticsStore {
  constructor(private readonly redis: Redis) {}

  /** null = nothing was ever counted in this shard. */
  async head(shard: number): Promise<Head | null> {
    const { head } = statisticsKeys(shard);
    const names = ['generation', 'position', 'wanted', 'retry', 'lacked'] as const;
    const [generation, position, wanted = null, retry, lacked] = await this.redis.hmget(head, ...names);
    if (!generation || !position) return null;
    const retryMs = retry ? Number(retry) : null;
    return { generation, position, wanted, retryMs, lackedTimes: Number(lacked ?? 0) };
  }

  /** Has the shard counted anew by whichever worker comes first. */
  async want(shard: number): Promise<void> {
    await this.redis.hset(statisticsKeys(shard).head, 'wanted', randomUUID());
  }

  /**
   * Adds operations that have ended, of one shard, and moves the position. Those that have not are passed over.
   * False = somebody else has counted meanwhile; nothing was written.
   */
  async add(
    shard: number,
    place: Place,
    head: Pick<Head, 'generation' | 'position'>,
    to: string,
    operations: readonly Operation[],
  ): Promise<boolean> {
    const { generation, position } = head;
    const keys = statisticsKeys(shard);
    const news = this.newCells(shard, generation, operations);
    const names = [...news.keys()];
    const old = await Promise.all(
      names.map((key) => this.redis.hmget(key, ...(news.get(key)?.cells.keys() ?? []))),
    );
    const written = [place === 'HEAD' ? keys.head : keys.draft(generation)];
    const args: (string | number)[] = [];
    const note = (kind: 'h' | 'z', key: string, name: string, value: string): void => {
      if (!written.includes(key)) written.push(key);
      args.push(kind, written.indexOf(key) + 1, name, value);
    };
    for (const [i, key] of names.entries()) {
      const { subject, cells } = news.get(key) ?? { subject: null, cells: new Map<string, RollUp>() };
      if (!subject) continue;
      if (subject.targetId === null) note('z', keys.sites(generation), subject.siteId, '');
      else note('z', keys.targets(generation, subject.siteId), subject.targetId, '');
      for (const [j, [field, rollUp]] of [...cells].entries()) {
        const before = old[i]?.[j];
        note('h', key, field, writeRollUp(before ? merged(readRollUp(before), rollUp) : rollUp));
      }
    }
    return (await KEEP.run(this.redis, written, [generation, position, to, ...args])) === 1;
  }

  /** What the operations come to by themselves: key of the table → field → sum. */
  private newCells(shard: number, generation: string, operations: readonly Operation[]) {
    const keys = statisticsKeys(shard);
    const tables = new Map<string, { subject: Subject; cells: Map<string, RollUp> }>();
    for (const operation of operations) {
      const rollUp = rollUpOf(operation);
      if (!rollUp) continue;
      for (const subject of subjectsOf(operation)) {
        const key = keys.table(generation, subject.siteId, subject.targetId);
        const table = tables.get(key) ?? { subject, cells: new Map<string, RollUp>() };
        const field = fieldOf(operation);
        const before = table.cells.get(field);
        table.cells.set(field, before ? merged(before, rollUp) : rollUp);
        tables.set(key, table);
      }
    }
    return tables;
  }

  /** The table of a subject, as it is kept. */
  table(generation: string, { siteId, targetId }: Subject): Promise<Record<string, string>> {
    return this.redis.hgetall(statisticsKeys(shardOf(siteId)).table(generation, siteId, targetId));
  }

  /** Groups and plans of a site that have statistics, in the order of their ids, after that one. */
  targets(generation: string, siteId: string, after: string | null, count: number): Promise<string[]> {
    const key = statisticsKeys(shardOf(siteId)).targets(generation, siteId);
    return this.redis.zrangebylex(key, after === null ? '-' : `(${after}`, '+', 'LIMIT', 0, count);
  }

  /** False = somebody else counts this shard anew. */
  async beginCounting(shard: number, ttlMs: number): Promise<boolean> {
    const taken = await this.redis.set(statisticsKeys(shard).counting, '1', 'PX', ttlMs, 'NX');
    return taken === 'OK';
  }

  async goOnCounting(shard: number, ttlMs: number): Promise<void> {
    await this.redis.set(statisticsKeys(shard).counting, '1', 'PX', ttlMs);
  }

  async endCounting(shard: number): Promise<void> {
    await this.redis.del(statisticsKeys(shard).counting);
  }

  /** A generation beside the one that is read. What somebody began and left is deleted first. */
  async beginDraft(shard: number): Promise<Pick<Head, 'generation' | 'position'>> {
    const keys = statisticsKeys(shard);
    const left = await this.redis.hget(keys.head, 'draft');
    if (left) await this.drop(shard, left);
    const draft = { generation: randomUUID(), position: '0' };
    await this.redis.hset(keys.head, 'draft', draft.generation);
    await this.redis.hset(keys.draft(draft.generation), draft);
    return draft;
  }

  /** Lets the draft be what is read. False = another one was first. */
  async publish(
    shard: number,
    before: Head | null,
    wanted: string | null,
    next: Omit<Head, 'wanted'>,
  ): Promise<boolean> {
    const { generation, position, retryMs, lackedTimes } = next;
    const written = [generation, position, wanted ?? '', retryMs ?? '', lackedTimes];
    const args = [before?.generation ?? '', ...written];
    return (await BEGIN.run(this.redis, [statisticsKeys(shard).head], args)) === 1;
  }

  /** Deletes a generation that nobody reads any more. */
  async drop(shard: number, generation: string): Promise<void> {
    const keys = statisticsKeys(shard);
    for (const siteId of await this.redis.zrangebylex(keys.sites(generation), ...ALL_OF_IT)) {
      for (let after: string | null = null; ;) {
        const some: string[] = await this.targets(generation, siteId, after, DELETED_AT_ONCE);
        if (some.length === 0) break;
        await this.redis.unlink(...some.map((id) => keys.table(generation, siteId, id)));
        after = some.at(-1) ?? null;
      }
      await this.redis.unlink(keys.targets(generation, siteId), keys.table(generation, siteId, null));
    }
    await this.redis.unlink(keys.sites(generation), keys.draft(generation));
  }

  /** Offset of the newest event of the shard; '0-0' = there is none. */
  async newest(events: string): Promise<string> {
    return (await this.redis.xrevrange(events, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0';
  }

  /** Events from that offset on, it included. */
  from(events: string, offset: string, count: number): Promise<[offset: string, fields: string[]][]> {
    return this.redis.xrange(events, offset, '+', 'COUNT', count);
  }

  length(events: string): Promise<number> {
    return this.redis.xlen(events);
  }

  /** Why it is to be counted anew, also where nothing was ever counted. */
  wanted(shard: number): Promise<string | null> {
    return this.redis.hget(statisticsKeys(shard).head, 'wanted');
  }
}
