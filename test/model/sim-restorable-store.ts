import { knowsMore, restored, restoredWithoutLocks } from '../../src/domain/operation-restoration.js';
import type { Operation } from '../../src/domain/operation.js';
import { RestorableStore, type Restoration } from '../../src/operations/guard/restorable-store.js';
import type { IdempotencyClaim } from '../../src/operations/operation-store.js';
import { writeOf } from '../../src/operations/write-ids.js';
import { isoTime, type Clock } from '../../src/platform/clock.js';
import type { SimRedis } from './sim-redis.js';
import { nextWriteId, type Line, type SimStore } from './sim-store.js';

const MOST_TRIES = 20;

/** `RedisRestorableStore` with its script as `SimRedis` plays it. */
export class SimRestorableStore extends RestorableStore {
  constructor(
    private readonly redis: SimRedis,
    private readonly line: Line,
    /** Unguarded. */
    private readonly store: SimStore,
    private readonly clock: Clock,
  ) {
    super();
  }

  find(id: string): Promise<Operation | null> {
    return this.store.find(id);
  }

  openIn(shard: number): Promise<Operation[]> {
    return this.store.openIn(shard);
  }

  doubt(id: string, evidence: string): Promise<Operation | null> {
    return this.store.transition(id, { kind: 'DOUBTED', evidence });
  }

  async giveBackKey(
    { id }: Pick<Operation, 'id'>,
    { keyHash, fingerprint }: IdempotencyClaim,
  ): Promise<void> {
    await this.line.ask('give back a key', () => {
      const { records, claims } = this.redis;
      if (records.has(id) && !claims.has(keyHash)) {
        this.redis.set(claims, keyHash, { operationId: id, fingerprint });
      }
      return null;
    });
  }

  async restore(
    journaled: Operation,
    claim: IdempotencyClaim | null,
    evenIfHeld: boolean,
  ): Promise<Restoration> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = await this.store.find(journaled.id);
      if (!knowsMore(journaled, before)) return { kind: 'KNOWN' };
      const step = restored(journaled, before, this.now());
      const writeId = nextWriteId();
      const expected = before ? writeOf(before) : '';
      const answer = await this.line.ask('restore', () =>
        this.redis.restore(before, step, claim, writeId, expected),
      );
      if (answer.kind === 'RESTORED') return { kind: 'RESTORED', before, operation: step.operation };
      if (answer.kind === 'STALE') continue;
      if (!evenIfHeld) return { kind: 'HELD', before, heldBy: answer.heldBy };
      const all = await this.store.holders(journaled.siteId, journaled.lockedGroupIds);
      const holders = new Map([...all].filter(([, by]) => by !== journaled.id));
      const bare = restoredWithoutLocks(journaled, before, holders, this.now());
      const bareId = nextWriteId();
      const kept = await this.line.ask('restore', () =>
        this.redis.restore(before, bare, claim, bareId, expected),
      );
      if (kept.kind === 'RESTORED') return { kind: 'CONFLICT', before, operation: bare.operation };
    }
    throw new Error(`operation ${journaled.id} was written by others ${MOST_TRIES} times in a row`);
  }

  private now(): string {
    return isoTime(this.clock.now());
  }
}
