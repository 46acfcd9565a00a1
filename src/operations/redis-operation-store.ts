import type { Redis } from 'ioredis';
import type { Change } from '../domain/operation-change.js';
import { reduce } from '../domain/operation-machine.js';
import { readRecord } from '../domain/operation-schema.js';
import type { Operation } from '../domain/operation.js';
import { isoTime, type Clock } from '../platform/clock.js';
import { DurableWrites } from '../platform/redis/durable-writes.js';
import { operationKeys, shardOf, SHARDS } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import {
  OperationStore,
  type Acceptance,
  type Holding,
  type IdempotencyClaim,
  type OperationCursor,
  type OperationFilter,
  type OperationPage,
  type Recording,
  type StepAcceptance,
  type StepStart,
} from './operation-store.js';
import { NoArchive, type OperationArchive } from './operation-archive.js';
import { OpenGuard } from './guard/open-guard.js';
import type { StoreGuard } from './guard/store-guard.js';
import { jobIndex } from './operation-indexes.js';
import { siteOfOperation } from './operation-id.js';
import { OpenOperations } from './redis-open-operations.js';
import { recordExternal } from './redis-external-record.js';
import { listOperations } from './redis-operation-list.js';
import { OperationWrites } from './redis-operation-writes.js';
import { madeBy } from './write-ids.js';
import { WrittenVersions } from './written-versions.js';

const FIND_CLAIM = new RedisScript(new URL('./lua/find-claim.lua', import.meta.url));
/** Operation id, fingerprint, and the token of the store; '' = there is none. */
type ClaimInShard = readonly [string, string, string];

const MOST_TRIES = 20;

export class RedisOperationStore extends OperationStore {
  private readonly open: OpenOperations;
  private readonly writes: OperationWrites;

  /** @param onUnsafe told of what too few replicas have though the work goes on */
  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
    private readonly guard: StoreGuard = new OpenGuard(),
    durable = new DurableWrites(redis, { replicas: 0 }),
    onUnsafe: (error: Error) => void = () => undefined,
    written = new WrittenVersions(),
    private readonly archive: OperationArchive = new NoArchive(),
  ) {
    super();
    this.open = new OpenOperations(redis);
    this.writes = new OperationWrites(durable, guard, onUnsafe, written);
  }

  async accept(operation: Operation, claim: IdempotencyClaim | null): Promise<Acceptance> {
    const answer = await this.writes.accept(operation, claim, null);
    if (answer[0] === 'EXISTS') {
      return { kind: 'EXISTS', operationId: answer[1] ?? '', fingerprint: answer[2] ?? '' };
    }
    return answer[0] === 'BUSY' ? { kind: 'BUSY', heldBy: answer[1] ?? '' } : { kind: 'ACCEPTED' };
  }

  async acceptStep(step: Operation, parent: Operation, start: StepStart): Promise<StepAcceptance> {
    const next = reduce(parent, start, isoTime(this.clock.now()));
    if (!next) return { kind: 'STALE' };
    const answer = await this.writes.accept(step, null, { before: parent, step: next });
    if (answer[0] === 'BUSY') return { kind: 'BUSY', heldBy: answer[1] ?? '' };
    return answer[0] === 'ACCEPTED' ? { kind: 'ACCEPTED', parent: next.operation } : { kind: 'STALE' };
  }

  record(operation: Operation, text: string, seen: ReadonlyMap<string, Holding>): Promise<Recording> {
    return recordExternal(this.writes, operation, text, seen);
  }

  async findClaim(keyHash: string): Promise<{ operationId: string; fingerprint: string } | null> {
    const found = await Promise.all(
      SHARDS.map((shard) => {
        const { idempotency, guard } = operationKeys(shard);
        return FIND_CLAIM.run(this.redis, [idempotency(keyHash), guard], []) as Promise<ClaimInShard>;
      }),
    );
    const [operationId, fingerprint] = found.find(([id]) => id !== '') ?? [];
    if (operationId !== undefined) return { operationId, fingerprint: fingerprint ?? '' };
    const archived = await this.archive.findClaim(keyHash);
    if (!archived) this.assureWhole(found.map(([, , token]) => token));
    return archived;
  }

  /** That a store knows no such thing is worth nothing when it has just been emptied. */
  private assureWhole(tokens: readonly string[]): void {
    const { token } = this.guard.pass();
    if (token === '' || tokens.every((kept) => kept === token)) return;
    throw this.writes.guarded();
  }

  async find(id: string): Promise<Operation | null> {
    const siteId = siteOfOperation(id);
    if (!siteId) return null;
    const [writeId, record] = await this.redis.hmget(operationKeys(shardOf(siteId)).operation(id), 'w', 'r');
    return record ? madeBy(readRecord(record), writeId) : this.archive.find(id);
  }

  async holders(siteId: string, groupIds: readonly string[]): Promise<Map<string, string>> {
    if (groupIds.length === 0) return new Map();
    const keys = operationKeys(shardOf(siteId));
    const held = await this.redis.mget(groupIds.map(keys.lock));
    return new Map(groupIds.flatMap((groupId, i) => (held[i] ? [[groupId, held[i]] as const] : [])));
  }

  async holdings(siteId: string, groupIds: readonly string[]): Promise<Map<string, Holding>> {
    if (groupIds.length === 0) return new Map();
    const keys = operationKeys(shardOf(siteId));
    const found = await this.redis.mget([...groupIds.map(keys.lock), ...groupIds.map(keys.lastHolder)]);
    return new Map(
      groupIds.map((id, i) => {
        const lastHeldBy = found[groupIds.length + i] ?? null;
        return [id, { heldBy: found[i] ?? null, lastHeldBy }];
      }),
    );
  }

  async knownJobs(siteId: string, jobIds: readonly string[]): Promise<Set<string>> {
    const keys = operationKeys(shardOf(siteId));
    const known = await Promise.all(
      jobIds.map((jobId) => this.redis.exists(keys.index(...jobIndex(siteId, jobId)))),
    );
    return new Set(jobIds.filter((_jobId, i) => known[i] === 1));
  }

  async transition(id: string, change: Change): Promise<Operation | null> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const operation = await this.find(id);
      if (!operation) return null;
      const step = reduce(operation, change, isoTime(this.clock.now()));
      if (!step) return null;
      if (await this.writes.change(operation, step, change)) return step.operation;
    }
    throw new Error(`operation ${id} was written by others ${MOST_TRIES} times in a row`);
  }

  async transitionFrom(operation: Operation, change: Change): Promise<Operation | null> {
    const step = reduce(operation, change, isoTime(this.clock.now()));
    if (!step) return null;
    return (await this.writes.change(operation, step, change)) ? step.operation : null;
  }

  async listOpen(siteId: string): Promise<Operation[]> {
    const open = await this.openIn(shardOf(siteId));
    return open.filter((operation) => operation.siteId === siteId);
  }

  openIn(shard: number): Promise<Operation[]> {
    return this.open.in(shard);
  }

  openIds(shard: number): Promise<string[]> {
    return this.redis.zrange(operationKeys(shard).open, '0', '-1');
  }

  list(filter: OperationFilter, after: OperationCursor | null, pageSize: number): Promise<OperationPage> {
    return listOperations(this.redis, this.archive, filter, after, pageSize);
  }
}
