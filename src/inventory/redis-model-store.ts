import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { OperationEvent } from '../domain/operation-event.js';
import { isVerdict } from '../domain/operation.js';
import type { Problem } from '../domain/problem.js';
import type { DatedSurvey } from '../domain/site-survey.js';
import { operationKeys, shardOf, siteModelKeys } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import type { SiteConnection } from '../providers/provider-driver.js';
import type { Oddities } from './oddities.js';
import type { DatedModel, ListTimes, SiteModel } from './site-model.js';

const KEEP = new RedisScript(new URL('./lua/keep-model.lua', import.meta.url));
const TURN = new RedisScript(new URL('./lua/turn-at-look.lua', import.meta.url));

/** In which the end of an operation is looked for: what it brought about shows at the latest with the next look. */
const EVENTS_LOOKED_AT = 50;

/** The last try that failed, kept until one succeeds. */
export interface FailedTry {
  atMs: number;
  problem: Problem;
  /** In a row. */
  times: number;
  /** How long the upstream asked us to stay away. */
  retryAfterMs: number | null;
}

/** An answer that cannot be believed at once: it waits for a second one that agrees. */
export interface Doubt {
  /** When that answer was first given, … */
  firstMs: number;
  /** … and when it was last. */
  lastMs: number;
  /** What was answered, to be compared with. */
  digest: string;
  problem: Problem;
}

/** A look for which our own budget of requests had no place: the last one, kept until a look succeeds. */
export interface Postponement {
  atMs: number;
  problem: Problem;
}

export interface CheckedConnection extends SiteConnection {
  takenMs: number;
}

/** What is known about what is known: small, read for every question. */
export interface ModelHead {
  /** null = nothing good was ever read. */
  version: string | null;
  times: ListTimes | null;
  failure: FailedTry | null;
  doubt: Doubt | null;
  postponed: Postponement | null;
  connection: CheckedConnection | null;
  /** Version of the model that was last told of. */
  told: string | null;
}

/** A model as it stands in the store, with the write that it came from. */
export interface StoredModel extends DatedModel {
  writeId: string;
}

/** Keeps what the sites hold in Redis, for all processes. A failed try never replaces a model. */
export class ModelStore {
  /** Turns that could not be given back, by site. */
  private readonly unleft = new Map<string, string>();
  /** The content that was read last, per site: read again only when there is another version. */
  private readonly read = new Map<string, SiteModel>();

  constructor(private readonly redis: Redis) {}

  async head(siteId: string): Promise<ModelHead> {
    const [v, t, f, d, p, c, tv] = await this.fields(siteId, 'v', 't', 'f', 'd', 'p', 'c', 'tv');
    return {
      version: v ?? null,
      times: parsed<ListTimes>(t),
      failure: parsed<FailedTry>(f),
      doubt: parsed<Doubt>(d),
      postponed: parsed<Postponement>(p),
      connection: parsed<CheckedConnection>(c),
      told: tv ?? null,
    };
  }

  async model(siteId: string): Promise<StoredModel | null> {
    const [w, v, t] = await this.fields(siteId, 'w', 'v', 't');
    const read = this.read.get(siteId);
    const times = parsed<ListTimes>(t);
    if (read && w && times && v === read.version) return { model: read, times, writeId: w };
    return w ? this.readModel(siteId) : null;
  }

  /**
   * Compare and set: keeps `next`, built upon `known`. false = somebody else kept something meanwhile.
   * @param whole the site answered in full: its last failure, doubt and postponement are over
   */
  async keep(siteId: string, known: StoredModel | null, next: DatedModel, whole: boolean): Promise<boolean> {
    const { version, ...content } = next.model;
    const text = known?.model.version === version ? '' : JSON.stringify(content);
    const answer = await KEEP.run(
      this.redis,
      [siteModelKeys(siteId).model],
      [known?.writeId ?? '', randomUUID(), version, text, JSON.stringify(next.times), whole ? '1' : ''],
    );
    return answer === 'KEPT';
  }

  async noteFailure(siteId: string, failure: FailedTry): Promise<void> {
    await this.redis.hset(siteModelKeys(siteId).model, 'f', JSON.stringify(failure));
  }

  async noteDoubt(siteId: string, doubt: Doubt): Promise<void> {
    await this.redis.hset(siteModelKeys(siteId).model, 'd', JSON.stringify(doubt));
  }

  async notePostponement(siteId: string, postponed: Postponement): Promise<void> {
    await this.redis.hset(siteModelKeys(siteId).model, 'p', JSON.stringify(postponed));
  }

  async noteConnection(siteId: string, connection: CheckedConnection): Promise<void> {
    await this.redis.hset(siteModelKeys(siteId).model, 'c', JSON.stringify(connection));
  }

  /** What was last told of, whole, and as old as the last look that was told: for whoever compares. */
  async lastTold(siteId: string): Promise<DatedSurvey | null> {
    const [told, at] = await this.fields(siteId, 'told', 'ta');
    const last = parsed<DatedSurvey>(told);
    return last && { ...last, takenMs: Math.max(last.takenMs, Number(at ?? 0)) };
  }

  async noteTold(siteId: string, version: string, told: DatedSurvey): Promise<void> {
    await this.redis.hset(siteModelKeys(siteId).model, 'tv', version, 'told', JSON.stringify(told));
  }

  /** What was last told of was still so at that time. */
  async noteToldAgain(siteId: string, takenMs: number): Promise<void> {
    await this.redis.hset(siteModelKeys(siteId).model, 'ta', takenMs);
  }

  /** What is odd about single things of the site, and since when. */
  async oddities(siteId: string): Promise<Oddities> {
    const [odd] = await this.fields(siteId, 'o');
    return parsed<Oddities>(odd) ?? {};
  }

  async noteOddities(siteId: string, oddities: Oddities): Promise<void> {
    await this.redis.hset(siteModelKeys(siteId).model, 'o', JSON.stringify(oddities));
  }

  /** When the last event of the site's shard was written: what is older than that may be out of date. */
  async lastEventMs(siteId: string): Promise<number> {
    const [event] = await this.redis.xrevrange(operationKeys(shardOf(siteId)).events, '+', '-', 'COUNT', 1);
    return Number(event?.[0].split('-')[0] ?? 0);
  }

  /** When an operation of the site last ended, as far as the newest events of its shard tell; 0 = none of them did. */
  async lastEndMs(siteId: string): Promise<number> {
    const { events } = operationKeys(shardOf(siteId));
    const newest = await this.redis.xrevrange(events, '+', '-', 'COUNT', EVENTS_LOOKED_AT);
    const end = newest.find(([, fields]) => {
      const event = parsed<OperationEvent>(fields[1]);
      return event?.operationId.startsWith(`${siteId}.`) && isVerdict(event.state);
    });
    return Number(end?.[0].split('-')[0] ?? 0);
  }

  /** A turn at looking, one at a time over all processes. null = somebody else has it. */
  async takeTurn(siteId: string, limitMs: number): Promise<string | null> {
    const { look } = siteModelKeys(siteId);
    const left = this.unleft.get(siteId);
    if (left !== undefined) await this.leaveTurn(siteId, left);
    const turn = randomUUID();
    try {
      if ((await this.redis.set(look, turn, 'PX', limitMs, 'NX')) === 'OK') return turn;
      // The command was sent again because its answer was lost, and finds that it was obeyed.
      return (await this.redis.get(look)) === turn ? turn : null;
    } catch (error) {
      this.unleft.set(siteId, turn);
      throw error;
    }
  }

  /** It is still being used: for so long again nobody else may have it, if it is not over yet. */
  async keepTurn(siteId: string, turn: string, limitMs: number): Promise<void> {
    await TURN.run(this.redis, [siteModelKeys(siteId).look], [turn, limitMs]);
  }

  /** What the store does not hear is told again before the next turn of this process: nobody looks meanwhile. */
  async leaveTurn(siteId: string, turn: string): Promise<void> {
    try {
      await TURN.run(this.redis, [siteModelKeys(siteId).look], [turn, 0]);
      if (this.unleft.get(siteId) === turn) this.unleft.delete(siteId);
    } catch (error) {
      if (turn !== '') this.unleft.set(siteId, turn);
      throw error;
    }
  }

  private async readModel(siteId: string): Promise<StoredModel | null> {
    const [w, v, t, m] = await this.fields(siteId, 'w', 'v', 't', 'm');
    const content = parsed<Omit<SiteModel, 'version'>>(m);
    const times = parsed<ListTimes>(t);
    if (!content || !times || !v || !w) return null;
    const model = { ...content, version: v };
    this.read.set(siteId, model);
    return { model, times, writeId: w };
  }

  private fields(siteId: string, ...names: string[]): Promise<(string | null)[]> {
    return this.redis.hmget(siteModelKeys(siteId).model, ...names);
  }
}

function parsed<T>(text: string | null | undefined): T | null {
  return text ? (JSON.parse(text) as T) : null;
}
