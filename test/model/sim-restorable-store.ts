import type { Step } from '../../src/domain/operation-machine.js';
import type { Operation } from '../../src/domain/operation.js';
import { RestorableStore, type RestoringWrite } from '../../src/operations/guard/restorable-store.js';
import type { IdempotencyClaim } from '../../src/operations/operation-store.js';
import { writeOf } from '../../src/operations/write-ids.js';
import type { Clock } from '../../src/platform/clock.js';
import type { SimRedis } from './sim-redis.js';
import { nextWriteId, type Line, type SimStore } from './sim-store.js';

/** Its script as `SimRedis` plays it. */
export class SimRestorableStore extends RestorableStore {
  constructor(
    private readonly redis: SimRedis,
    private readonly line: Line,
    store: SimStore,
    clock: Clock,
  ) {
    super(store, clock);
  }

  protected keyHolder(_id: string, { keyHash }: IdempotencyClaim): Promise<string | null> {
    return this.line.ask('see whose a key is', () => this.redis.claims.get(keyHash)?.operationId ?? null);
  }

  protected takeKey(
    id: string,
    { keyHash, fingerprint }: IdempotencyClaim,
    holder: string | null,
  ): Promise<'TAKEN' | 'CHANGED' | 'ABSENT'> {
    return this.line.ask('take a key', () => {
      const { records, claims } = this.redis;
      const now = claims.get(keyHash)?.operationId ?? null;
      if (now !== holder && now !== id) return 'CHANGED';
      if (!records.has(id)) return 'ABSENT';
      this.redis.set(claims, keyHash, { operationId: id, fingerprint });
      return 'TAKEN';
    });
  }

  protected write(
    before: Operation | null,
    step: Step,
    claim: IdempotencyClaim | null,
  ): Promise<RestoringWrite> {
    const writeId = nextWriteId();
    const expected = before ? writeOf(before) : '';
    return this.line.ask('restore', () => this.redis.restore(before, step, claim, writeId, expected));
  }
}
