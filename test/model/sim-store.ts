import type { Change } from '../../src/domain/operation-change.js';
import { reduce, type Step } from '../../src/domain/operation-machine.js';
import { isVerdict, type Operation } from '../../src/domain/operation.js';
import { CHANGE_SAFETY } from '../../src/operations/change-safety.js';
import { StoreGuardedError, type StoreGuard } from '../../src/operations/guard/store-guard.js';
import { OpenGuard } from '../../src/operations/guard/open-guard.js';
import { NotDurableError } from '../../src/operations/not-durable.js';
import { siteOfOperation } from '../../src/operations/operation-id.js';
import { indexesFor, indexesOf, matches } from '../../src/operations/operation-indexes.js';
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
} from '../../src/operations/operation-store.js';
import { madeBy, writeOf } from '../../src/operations/write-ids.js';
import { isoTime, type Clock } from '../../src/platform/clock.js';
import { shardOf } from '../../src/platform/redis/keys.js';
import { jobName, type Parent, type SimRedis } from './sim-redis.js';

/** One process's connection to the store. */
export interface Line {
  /** One request. Throws what the connection's client would. */
  ask<T>(step: string, request: () => T): Promise<T>;
  /** One request, and whether the replica has it (`WAIT`). */
  askSafely<T>(step: string, request: () => T): Promise<{ answer: T; isSafe: boolean }>;
}

const MOST_TRIES = 20;
const MOST_SCANNED = 2_000;
const NOTHING = Promise.resolve<Operation[]>([]);
const shards = new Map<string, number>();
let writes = 0;

/** `RedisOperationStore` with its scripts as `SimRedis` plays them, request by request. */
export class SimStore extends OperationStore {
  constructor(
    private readonly redis: SimRedis,
    private readonly line: Line,
    private readonly clock: Clock,
    private readonly guard: StoreGuard = new OpenGuard(),
  ) {
    super();
  }

  async accept(operation: Operation, claim: IdempotencyClaim | null): Promise<Acceptance> {
    const answer = await this.runAccept('accept', operation, claim, null);
    if (answer.kind === 'STALE') throw new Error('an acceptance without a parent is never stale');
    return answer;
  }

  async acceptStep(step: Operation, parent: Operation, start: StepStart): Promise<StepAcceptance> {
    const next = reduce(parent, start, this.nowText());
    if (!next) return { kind: 'STALE' };
    const answer = await this.runAccept('acceptStep', step, null, { before: parent, step: next });
    if (answer.kind === 'BUSY') return answer;
    return answer.kind === 'ACCEPTED' ? { kind: 'ACCEPTED', parent: next.operation } : { kind: 'STALE' };
  }

  async record(operation: Operation, text: string, seen: ReadonlyMap<string, Holding>): Promise<Recording> {
    const { token } = this.guard.pass();
    const writeId = nextWriteId();
    const { answer, isSafe } = await this.line.askSafely('record', () =>
      this.redis.record(asKept(operation), text, seen, writeId, token),
    );
    if (answer.kind === 'GUARDED') throw this.guarded();
    if (answer.kind === 'RECORDED' && !isSafe) throw notSafe(operation);
    return answer;
  }

  holdings(siteId: string, groupIds: readonly string[]): Promise<Map<string, Holding>> {
    const { locks, lastHolders } = this.redis;
    const of = (id: string): Holding => ({
      heldBy: locks.get(id) ?? null,
      lastHeldBy: lastHolders.get(id) ?? null,
    });
    return this.line.ask('holdings', () => new Map(groupIds.map((id) => [id, of(id)])));
  }

  knownJobs(siteId: string, jobIds: readonly string[]): Promise<Set<string>> {
    return this.line.ask(
      'knownJobs',
      () => new Set(jobIds.filter((id) => this.redis.jobs.has(jobName(siteId, id)))),
    );
  }

  findClaim(keyHash: string): Promise<{ operationId: string; fingerprint: string } | null> {
    return this.line.ask('findClaim', () => this.redis.claims.get(keyHash) ?? null);
  }

  find(id: string): Promise<Operation | null> {
    if (!siteOfOperation(id)) return Promise.resolve(null);
    return this.line.ask('find', () => this.read(id));
  }

  holders(siteId: string, groupIds: readonly string[]): Promise<Map<string, string>> {
    return this.line.ask('holders', () => {
      const held = groupIds.map((id) => [id, this.redis.locks.get(id)] as const);
      return new Map(held.flatMap(([id, by]) => (by === undefined ? [] : [[id, by] as const])));
    });
  }

  async transition(id: string, change: Change): Promise<Operation | null> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const operation = await this.find(id);
      if (!operation) return null;
      const step = reduce(operation, change, this.nowText());
      if (!step) return null;
      if (await this.write(operation, step, change)) return step.operation;
    }
    throw new Error(`operation ${id} was written by others ${MOST_TRIES} times in a row`);
  }

  async transitionFrom(operation: Operation, change: Change): Promise<Operation | null> {
    const step = reduce(operation, change, this.nowText());
    if (!step) return null;
    return (await this.write(operation, step, change)) ? step.operation : null;
  }

  listOpen(siteId: string): Promise<Operation[]> {
    return this.line.ask('listOpen', () => this.openOf((operation) => operation.siteId === siteId));
  }

  openIn(shard: number): Promise<Operation[]> {
    const isInShard = (id: string): boolean => shardOfSite(id.slice(0, id.indexOf('.'))) === shard;
    // Sixty-three of sixty-four shards hold nothing here: nobody waits for their answers.
    if (![...this.redis.open.keys()].some(isInShard)) return NOTHING;
    return this.line.ask('openIn', () => this.openOf(({ id }) => isInShard(id)));
  }

  async openIds(shard: number): Promise<string[]> {
    return (await this.openIn(shard)).map(({ id }) => id);
  }

  list(filter: OperationFilter, after: OperationCursor | null, pageSize: number): Promise<OperationPage> {
    const sign = filter.newestFirst ? -1 : 1;
    const index = (indexesFor(filter)[0] ?? ['all', '']).join();
    return this.line.ask('list', () => {
      const entries = [...this.redis.records.values()]
        .map(({ record }) => ({ record, at: { id: record.id, createdMs: Date.parse(record.createdTime) } }))
        .filter(({ record }) => indexesOf(record).some((one) => one.join() === index))
        .filter(({ at }) => !after || sign * compared(at, after) > 0)
        .sort((a, b) => sign * compared(a.at, b.at));
      const items: Operation[] = [];
      let next = after;
      for (const [i, { record, at }] of entries.entries()) {
        if (items.length === pageSize || i === MOST_SCANNED) return { items, next };
        next = at;
        if (matches(record, filter)) items.push(record);
      }
      return { items, next: null };
    });
  }

  private read(id: string): Operation | null {
    const kept = this.redis.records.get(id);
    return kept ? madeBy(kept.record, kept.writeId) : null;
  }

  private openOf(isMeant: (operation: Operation) => boolean): Operation[] {
    return [...this.redis.open.entries()]
      .sort(([a, atA], [b, atB]) => atA - atB || (a < b ? -1 : 1))
      .flatMap(([id]) => this.read(id) ?? [])
      .filter(isMeant);
  }

  private async runAccept(
    step: string,
    operation: Operation,
    claim: IdempotencyClaim | null,
    parent: Parent | null,
  ): Promise<Acceptance | { kind: 'STALE' }> {
    const { token } = this.guard.pass();
    const writeId = nextWriteId();
    const kept = asKept(operation);
    const { answer, isSafe } = await this.line.askSafely(step, () => {
      const given = this.redis.accept(kept, claim, parent, writeId, token);
      // It may be there already: then an earlier write made it.
      if (given.kind === 'ACCEPTED') madeBy(operation, this.redis.records.get(operation.id)?.writeId);
      return given;
    });
    if (answer.kind === 'GUARDED') throw this.guarded();
    if (answer.kind === 'ACCEPTED' && parent) madeBy(parent.step.operation, writeId);
    if (answer.kind === 'ACCEPTED' && !isSafe) throw notSafe(operation);
    return answer;
  }

  private async write(before: Operation, step: Step, { kind }: Change): Promise<boolean> {
    const writeId = nextWriteId();
    const { replicas, evenWhileGuarded } = CHANGE_SAFETY[kind];
    const token = evenWhileGuarded ? '' : this.guard.pass().token;
    const expected = writeOf(before);
    const request = () => this.redis.write(before, step, writeId, expected, token);
    const keepsSafe = isVerdict(step.operation.state) || replicas !== 'NONE';
    const { answer, isSafe } = keepsSafe
      ? await this.line.askSafely(kind, request)
      : { answer: await this.line.ask(kind, request), isSafe: true };
    if (answer === 'GUARDED') throw this.guarded();
    if (answer !== 'WRITTEN') return false;
    madeBy(step.operation, writeId);
    if (!isSafe && replicas === 'PROMISE') throw notSafe(step.operation);
    return true;
  }

  private guarded(): StoreGuardedError {
    this.guard.refused();
    return new StoreGuardedError('The store may have lost something since.');
  }

  private nowText(): string {
    return isoTime(this.clock.now());
  }
}

function notSafe(record: Operation): NotDurableError {
  return new NotDurableError('Too few replicas confirmed in time what was written.', { record });
}

/** A store keeps text: what was one thing in two places becomes two. */
function asKept(operation: Operation): Operation {
  return JSON.parse(JSON.stringify(operation)) as Operation;
}

export function nextWriteId(): string {
  writes += 1;
  return `w${writes}`;
}

function shardOfSite(siteId: string): number {
  const known = shards.get(siteId) ?? shardOf(siteId);
  shards.set(siteId, known);
  return known;
}

function compared(a: OperationCursor, b: OperationCursor): number {
  return a.createdMs - b.createdMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
