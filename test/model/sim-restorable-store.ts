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
