import type { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';
import type { Change } from '../domain/operation-change.js';
import { eventOf } from '../domain/operation-event.js';
import { reduce, type Step } from '../domain/operation-machine.js';
import { isVerdict, type Operation } from '../domain/operation.js';
import { isoTime, type Clock } from '../platform/clock.js';
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
import { SHARD_EVENTS_KEPT } from './kept-events.js';
import { indexesOf, jobIndex } from './operation-indexes.js';
import { siteOfOperation } from './operation-id.js';
import { OpenOperations } from './redis-open-operations.js';
import { recordExternal } from './redis-external-record.js';
import { listOperations } from './redis-operation-list.js';

const ACCEPT = new RedisScript(new URL('./lua/accept-operation.lua', import.meta.url));
const TRANSITION = new RedisScript(new URL('./lua/transition-operation.lua', import.meta.url));

const MOST_TRIES = 20;

export class RedisOperationStore extends OperationStore {
  private readonly open: OpenOperations;

  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
  ) {
    super();
    this.open = new OpenOperations(redis);
  }

  async accept(operation: Operation, claim: IdempotencyClaim | null): Promise<Acceptance> {
    const answer = await this.runAccept(operation, claim, null);
    if (answer[0] === 'EXISTS') {
      return { kind: 'EXISTS', operationId: answer[1] ?? '', fingerprint: answer[2] ?? '' };
    }
    return answer[0] === 'BUSY' ? { kind: 'BUSY', heldBy: answer[1] ?? '' } : { kind: 'ACCEPTED' };
  }

  async acceptStep(step: Operation, parent: Operation, start: StepStart): Promise<StepAcceptance> {
    const next = reduce(parent, start, isoTime(this.clock.now()));
    if (!next) return { kind: 'STALE' };
    const answer = await this.runAccept(step, null, { before: parent, step: next });
    if (answer[0] === 'BUSY') return { kind: 'BUSY', heldBy: answer[1] ?? '' };
    return answer[0] === 'ACCEPTED' ? { kind: 'ACCEPTED', parent: next.operation } : { kind: 'STALE' };
  }

  record(operation: Operation, text: string, seen: ReadonlyMap<string, Holding>): Promise<Recording> {
    return recordExternal(this.redis, operation, text, seen);
  }

  async findClaim(keyHash: string): Promise<{ operationId: string; fingerprint: string } | null> {
    const found = await Promise.all(
      SHARDS.map((shard) => this.redis.hmget(operationKeys(shard).idempotency(keyHash), 'id', 'fingerprint')),
    );
    const [id, fingerprint] = found.find(([operationId]) => operationId) ?? [];
    return id ? { operationId: id, fingerprint: fingerprint ?? '' } : null;
  }

  async find(id: string): Promise<Operation | null> {
    const siteId = siteOfOperation(id);
    if (!siteId) return null;
    const record = await this.redis.hget(operationKeys(shardOf(siteId)).operation(id), 'r');
    return record ? (JSON.parse(record) as Operation) : null;
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
      if (await this.write(operation, step)) return step.operation;
    }
    throw new Error(`operation ${id} was written by others ${MOST_TRIES} times in a row`);
  }

  async transitionFrom(operation: Operation, change: Change): Promise<Operation | null> {
    const step = reduce(operation, change, isoTime(this.clock.now()));
    if (!step) return null;
    return (await this.write(operation, step)) ? step.operation : null;
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
    return listOperations(this.redis, filter, after, pageSize);
  }

  private async runAccept(
    operation: Operation,
    claim: IdempotencyClaim | null,
    parent: { before: Operation; step: Step } | null,
  ): Promise<[string, string?, string?]> {
    const keys = operationKeys(shardOf(operation.siteId));
    const locks = operation.lockedGroupIds.map(keys.lock);
    const indexes = indexesOf(operation).map(([name, value]) => keys.index(name, value));
    const event = eventOf(
      operation,
      'operation.accepted',
      parent ? `${parent.before.id} begins it.` : `${operation.requestedBy} asked for it.`,
      operation.createdTime,
    );
    const parentId = parent?.before.id ?? '';
    return (await ACCEPT.run(
      this.redis,
      [
        keys.operation(operation.id),
        keys.operationEvents(operation.id),
        keys.events,
        keys.open,
        keys.idempotency(claim?.keyHash ?? 'none'),
        keys.operation(parentId),
        keys.operationEvents(parentId),
        ...locks,
        ...indexes,
      ],
      [
        operation.id,
        JSON.stringify(operation),
        JSON.stringify(event),
        Date.parse(operation.createdTime),
        uuidv7(),
        claim?.fingerprint ?? '',
        SHARD_EVENTS_KEPT,
        locks.length,
        indexes.length,
        parentId,
        parent?.before.version ?? '',
        parent?.step.operation.version ?? '',
        JSON.stringify(parent?.step.operation ?? null),
        JSON.stringify(parent?.step.event ?? null),
      ],
    )) as [string, string?, string?];
  }

  private async write(before: Operation, step: Step): Promise<boolean> {
    const { operation, event } = step;
    const keys = operationKeys(shardOf(operation.siteId));
    const ended = isVerdict(operation.state);
    const released = ended ? operation.lockedGroupIds.map(keys.lock) : [];
    const made = ended ? lockedForParent(operation).map(keys.lock) : [];
    const noted = ended ? heldBy(operation).map(keys.lastHolder) : [];
    const was = new Set(indexesOf(before).map(([name, value]) => keys.index(name, value)));
    const is = new Set(indexesOf(operation).map(([name, value]) => keys.index(name, value)));
    const left = [...was].filter((key) => !is.has(key));
    const joined = [...is].filter((key) => !was.has(key));
    const answer = await TRANSITION.run(
      this.redis,
      [
        keys.operation(operation.id),
        keys.operationEvents(operation.id),
        keys.events,
        keys.open,
        ...released,
        ...left,
        ...joined,
        ...made,
        ...noted,
      ],
      [
        operation.id,
        before.version,
        operation.version,
        JSON.stringify(operation),
        JSON.stringify(event),
        uuidv7(),
        Date.parse(operation.createdTime),
        ended ? '1' : '0',
        released.length,
        left.length,
        joined.length,
        SHARD_EVENTS_KEPT,
        operation.parentId ?? '',
        made.length,
        noted.length,
      ],
    );
    return answer === 'WRITTEN';
  }
}

/** What a step made that its parent's next steps will act upon. */
function lockedForParent({ parentId, target, lockedGroupIds }: Operation): string[] {
  return parentId && isHolder(target) && !lockedGroupIds.includes(target.id) ? [target.id] : [];
}

/** Every group it had to do with, and the one that it made. */
function heldBy({ target, lockedGroupIds }: Operation): string[] {
  return [...new Set([...lockedGroupIds, ...(isHolder(target) ? [target.id] : [])])];
}

function isHolder(target: Operation['target']): target is Operation['target'] & { id: string } {
  return (target.type === 'PROTECTION_GROUP' || target.type === 'RECOVERY_PLAN') && target.id !== null;
}
