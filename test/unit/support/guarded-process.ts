import type { Redis } from 'ioredis';
import { reduce } from '../../../src/domain/operation-machine.js';
import type { Change } from '../../../src/domain/operation-change.js';
import type { Operation } from '../../../src/domain/operation.js';
import type { BoardView, Member } from '../../../src/operations/guard/guard-board.js';
import { GuardKeeper } from '../../../src/operations/guard/guard-keeper.js';
import { JournalComparison } from '../../../src/operations/guard/journal-comparison.js';
import { RedisGuardBoard } from '../../../src/operations/guard/redis-guard-board.js';
import { RedisRestorableStore } from '../../../src/operations/guard/redis-restorable-store.js';
import type { Journal } from '../../../src/operations/journal/journal.js';
import type { IdempotencyClaim } from '../../../src/operations/operation-store.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { isoTime } from '../../../src/platform/clock.js';
import { silentLog } from '../../../src/platform/log/log.js';
import type { TestClock } from './test-clock.js';

export const PATIENCE_MS = 100_000;

/** The server that the processes talk to; a test has it restarted by giving it another life. */
export class ServerLife {
  identity: string | null = 'first-life';
}

class BoardOfLife extends RedisGuardBoard {
  duringLook: () => void = () => undefined;

  constructor(
    redis: Redis,
    private readonly life: ServerLife,
  ) {
    super(redis);
  }

  override async look(me: Member, nowMs: number): Promise<BoardView> {
    const view = await super.look(me, nowMs);
    this.duringLook();
    return { ...view, identity: this.life.identity };
  }
}

/** One process of the gateway as far as the guard is concerned: what it writes, it writes to its journal, too. */
export class GuardedProcess {
  readonly board: BoardOfLife;
  readonly keeper: GuardKeeper;
  readonly store: RedisOperationStore;
  readonly restorable: RedisRestorableStore;

  constructor(
    redis: Redis,
    life: ServerLife,
    readonly journal: Journal,
    private readonly clock: TestClock,
    waitReplicas = 0,
  ) {
    this.board = new BoardOfLife(redis, life);
    this.restorable = new RedisRestorableStore(redis, new RedisOperationStore(redis, clock), clock);
    const comparison = new JournalComparison(journal, this.restorable, clock);
    const settings = { patienceMs: PATIENCE_MS, waitReplicas };
    this.keeper = new GuardKeeper(this.board, journal, comparison, clock, settings, silentLog());
    this.store = new RedisOperationStore(redis, clock, this.keeper);
  }

  /** As often as a timer would until it is open: others have their turn between. */
  async check(times = 1): Promise<boolean> {
    for (let i = 0; i < times; i += 1) await this.keeper.check();
    return this.keeper.isOpen;
  }

  async accept(operation: Operation, claim: IdempotencyClaim | null = null): Promise<Operation> {
    const { kind } = await this.store.accept(operation, claim);
    if (kind !== 'ACCEPTED') throw new Error(kind);
    await this.note(operation, claim);
    return operation;
  }

  /** In the store, and the record in the journal. */
  async change(operation: Operation, ...changes: Change[]): Promise<Operation> {
    let now = operation;
    for (const change of changes) {
      const next = await this.store.transitionFrom(now, change);
      if (!next) throw new Error(`${change.kind} was ignored in ${now.state}`);
      now = next;
    }
    await this.note(now);
    return now;
  }

  /** In the journal only: the store was lost before, or has not been told yet. */
  async note(record: Operation, claim: IdempotencyClaim | null = null): Promise<void> {
    await this.journal.append({ kind: 'RECORD', time: record.updatedTime, record, claim });
  }

  async answer(operation: Operation, change: Change): Promise<Operation> {
    const time = isoTime(this.clock.now());
    await this.journal.append({ kind: 'CHANGE', time, operationId: operation.id, change });
    const step = reduce(operation, change, time);
    if (!step) throw new Error(`${change.kind} was ignored in ${operation.state}`);
    return step.operation;
  }
}

/** Everything in the store, to be gone back to; or what one server of a Cluster has of it. */
export async function snapshot(redis: Redis, pattern = '*'): Promise<() => Promise<void>> {
  const keys = await redis.keys(pattern);
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return async () => {
    const there = await redis.keys(pattern);
    if (there.length > 0) await redis.del(...there);
    for (const [i, key] of keys.entries()) await redis.restore(key, 0, dumps[i] as Buffer);
  };
}

/** Has all of them look until everybody is open; answers how long that took by the clock, milliseconds. */
export async function untilOpen(clock: TestClock, processes: readonly GuardedProcess[]): Promise<number> {
  const begun = clock.now();
  for (let i = 0; i < 600; i += 1) {
    const open = [];
    for (const process of processes) open.push(await process.check());
    if (open.every(Boolean)) return clock.now() - begun;
    clock.advance(250);
  }
  throw new Error('never open');
}
