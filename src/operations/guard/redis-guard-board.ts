import type { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';
import { serverIdentity } from '../../platform/redis/identity.js';
import { GUARD_KEYS, guardNoteKeys, operationKeys, SHARDS } from '../../platform/redis/keys.js';
import { RedisScript } from '../../platform/redis/script.js';
import { followStores } from '../../platform/redis/store-signs.js';
import {
  GuardBoard,
  NOTES_KEPT_MS,
  type Beginning,
  type BoardPhase,
  type BoardState,
  type BoardView,
  type CheckIn,
  type Member,
  type RollEntry,
} from './guard-board.js';
import { fieldsOf, goneFrom, rollFields, rollOf, stageMark } from './roll-fields.js';
import type { GuardDifference, GuardReason } from './store-guard.js';

const BEGIN = new RedisScript(new URL('../lua/guard-begin.lua', import.meta.url));
const ANNOUNCE = new RedisScript(new URL('../lua/guard-announce.lua', import.meta.url));
const ADVANCE = new RedisScript(new URL('../lua/guard-advance.lua', import.meta.url));
const NOTE = new RedisScript(new URL('../lua/guard-note.lua', import.meta.url));
const CHECK_IN = new RedisScript(new URL('../lua/guard-check-in.lua', import.meta.url));

const DIFFERENCES_KEPT = 200;

export class RedisGuardBoard extends GuardBoard {
  constructor(private readonly redis: Redis) {
    super();
  }

  async look(me: Member, nowMs: number): Promise<BoardView> {
    const [board, roll] = await Promise.all([
      this.redis.hgetall(GUARD_KEYS.board),
      this.redis.hgetall(GUARD_KEYS.roll),
      // A store that takes no writes can be looked at all the same.
      this.redis.hset(GUARD_KEYS.roll, rollFields(me, 'seen', String(nowMs))).catch(() => 0),
    ]);
    // After the board, which may be on another server of a Cluster: what it is held against must not be older than it.
    const { ofShards, ofGuard } = guardNoteKeys(me.processId);
    const [identity, noteOfGuard, ...parts] = await Promise.all([
      serverIdentity(this.redis),
      this.redis.get(ofGuard),
      ...ofShards.map((key, shard) => this.redis.mget(operationKeys(shard).guard, key)),
    ]);
    const gone = goneFrom(roll, nowMs);
    if (gone.length > 0) await this.redis.hdel(GUARD_KEYS.roll, ...gone).catch(() => undefined);
    const state = boardState(board);
    return {
      identity,
      board: state,
      isSpread: state !== null && parts.every(([token]) => token === state.token),
      roll: rollOf(roll),
      notes: [noteOfGuard, ...parts.map(([, note]) => note)].map((note) => (note ? Number(note) : null)),
    };
  }

  async note({ processId }: Member, seen: BoardView['notes'], nowMs: number): Promise<boolean> {
    const { ofShards, ofGuard } = guardNoteKeys(processId);
    const answers = await Promise.all(
      [ofGuard, ...ofShards].map((key, i) =>
        NOTE.run(this.redis, [key], [seen[i] ?? '', nowMs, NOTES_KEPT_MS]),
      ),
    );
    return answers.every((answer) => answer === 1);
  }

  async begin({
    insteadOf,
    token,
    identity,
    reason,
    nowMs,
    announceMs,
    journals,
  }: Beginning): Promise<boolean> {
    const answer = await BEGIN.run(
      this.redis,
      [GUARD_KEYS.board, GUARD_KEYS.roll, GUARD_KEYS.vouched],
      [
        insteadOf ?? '',
        token,
        identity ?? '',
        reason,
        nowMs,
        reason === 'OTHER_STORE' ? '1' : '0',
        announceMs,
        ...journals.flatMap(fieldsOf),
      ],
    );
    return answer === 1;
  }

  override async announce(known: readonly RollEntry[]): Promise<void> {
    await ANNOUNCE.run(this.redis, [GUARD_KEYS.roll], known.flatMap(fieldsOf));
  }

  async spread(token: string): Promise<void> {
    await Promise.all(SHARDS.map((shard) => this.redis.set(operationKeys(shard).guard, token)));
    await ADVANCE.run(this.redis, [GUARD_KEYS.board], [token, 'SPREADING', 'HOLDING', '']);
  }

  async checkIn(me: Member, { token, stage, differences, vouched }: CheckIn): Promise<boolean> {
    const names = Object.keys(rollFields(me, '', '')).map((name) => name.slice(1));
    const answer = await CHECK_IN.run(
      this.redis,
      [GUARD_KEYS.board, GUARD_KEYS.roll, GUARD_KEYS.vouched, GUARD_KEYS.differences],
      [
        token,
        stageMark(stage, token),
        uuidv7(),
        DIFFERENCES_KEPT,
        names.length,
        ...names,
        differences.length,
        ...differences.map((difference) => JSON.stringify(difference)),
        ...vouched,
      ],
    );
    return answer === 1;
  }

  async vouched(): Promise<Set<string>> {
    return new Set(await this.redis.smembers(GUARD_KEYS.vouched));
  }

  async open(token: string, nowMs: number): Promise<void> {
    await ADVANCE.run(this.redis, [GUARD_KEYS.board], [token, 'HOLDING', 'OPEN', nowMs]);
  }

  async noteSite(siteId: string, takenMs: number): Promise<void> {
    await this.redis.hset(GUARD_KEYS.sites, siteId, takenMs);
  }

  async sitesSeen(siteIds: readonly string[]): Promise<Map<string, number>> {
    if (siteIds.length === 0) return new Map();
    const seen = await this.redis.hmget(GUARD_KEYS.sites, ...siteIds);
    return new Map(siteIds.flatMap((siteId, i) => (seen[i] ? [[siteId, Number(seen[i])] as const] : [])));
  }

  async differences(): Promise<GuardDifference[]> {
    const kept = await this.redis.lrange(GUARD_KEYS.differences, 0, -1);
    return kept.map((text) => JSON.parse(text) as GuardDifference);
  }

  follow({ lost, back }: { lost: () => void; back: () => void }): boolean {
    return followStores(this.redis, { lost, back });
  }
}

function boardState(fields: Record<string, string>): BoardState | null {
  const { token, identity, phase, reason, since, opened, differed, loss, announce } = fields;
  if (!token) return null;
  return {
    token,
    identity: identity ? identity : null,
    phase: phase as BoardPhase,
    reason: reason as GuardReason,
    sinceMs: Number(since),
    openedMs: opened ? Number(opened) : null,
    differed: differed === '1',
    lossMs: loss ? Number(loss) : null,
    announceMs: announce ? Number(announce) : 0,
  };
}
