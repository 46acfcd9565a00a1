import type { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';
import type { Step } from '../../domain/operation-machine.js';
import { knowsMore, restored, restoredWithoutLocks } from '../../domain/operation-restoration.js';
import { isVerdict, type Operation } from '../../domain/operation.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import { operationKeys, shardOf } from '../../platform/redis/keys.js';
import { RedisScript } from '../../platform/redis/script.js';
import { SHARD_EVENTS_KEPT } from '../kept-events.js';
import { indexesOf } from '../operation-indexes.js';
import type { IdempotencyClaim, OperationStore } from '../operation-store.js';
import { heldBy, lockedForParent } from '../released-groups.js';
import { writeOf } from '../write-ids.js';
import { RestorableStore, type Restoration } from './restorable-store.js';

const RESTORE = new RedisScript(new URL('../lua/restore-operation.lua', import.meta.url));

const GIVE_BACK_KEY = new RedisScript(new URL('../lua/give-back-key.lua', import.meta.url));

const MOST_TRIES = 20;

export class RedisRestorableStore extends RestorableStore {
  /** @param store unguarded: what is read and written here is what the guard is closed for */
  constructor(
    private readonly redis: Redis,
    private readonly store: Pick<OperationStore, 'find' | 'openIn' | 'transition' | 'holders'>,
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
    { id, siteId }: Pick<Operation, 'id' | 'siteId'>,
    { keyHash, fingerprint }: IdempotencyClaim,
  ): Promise<void> {
    const keys = operationKeys(shardOf(siteId));
    await GIVE_BACK_KEY.run(this.redis, [keys.idempotency(keyHash), keys.operation(id)], [id, fingerprint]);
  }

  async restore(
    journaled: Operation,
    claim: IdempotencyClaim | null,
    evenIfHeld: boolean,
  ): Promise<Restoration> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = await this.store.find(journaled.id);
      if (!knowsMore(journaled, before)) return { kind: 'KNOWN' };
      const step = restored(journaled, before, isoTime(this.clock.now()));
      const [answer, by] = await this.write(before, step, claim);
      if (answer === 'RESTORED') return { kind: 'RESTORED', before, operation: step.operation };
      if (answer === 'STALE') continue;
      if (!evenIfHeld) return { kind: 'HELD', before, heldBy: by ?? '' };
      const kept = await this.keepWithoutLocks(journaled, before, claim);
      if (kept) return { kind: 'CONFLICT', before, operation: kept };
    }
    throw new Error(`operation ${journaled.id} was written by others ${MOST_TRIES} times in a row`);
  }

  private async keepWithoutLocks(
    journaled: Operation,
    before: Operation | null,
    claim: IdempotencyClaim | null,
  ): Promise<Operation | null> {
    const all = await this.store.holders(journaled.siteId, journaled.lockedGroupIds);
    const kin = [journaled.id, journaled.parentId, ...stepsOf(journaled)];
    const holders = new Map([...all].filter(([, by]) => !kin.includes(by)));
    const step = restoredWithoutLocks(journaled, before, holders, isoTime(this.clock.now()));
    const [answer] = await this.write(before, step, claim);
    return answer === 'RESTORED' ? step.operation : null;
  }

  private async write(
    before: Operation | null,
    { operation, event }: Step,
    claim: IdempotencyClaim | null,
  ): Promise<[string, string?]> {
    const keys = operationKeys(shardOf(operation.siteId));
    const ended = isVerdict(operation.state);
    const locks = operation.lockedGroupIds.map(keys.lock);
    const made = ended ? lockedForParent(operation).map(keys.lock) : [];
    const noted = ended ? heldBy(operation).map(keys.lastHolder) : [];
    const was = before ? indexesOf(before).map(([name, value]) => keys.index(name, value)) : [];
    const is = new Set(indexesOf(operation).map(([name, value]) => keys.index(name, value)));
    const left = was.filter((key) => !is.has(key));
    return (await RESTORE.run(
      this.redis,
      [
        keys.operation(operation.id),
        keys.operationEvents(operation.id),
        keys.events,
        keys.open,
        keys.idempotency(claim?.keyHash ?? 'none'),
        ...locks,
        ...left,
        ...is,
        ...made,
        ...noted,
      ],
      [
        operation.id,
        before?.version ?? '',
        operation.version,
        JSON.stringify(operation),
        JSON.stringify(event),
        uuidv7(),
        Date.parse(operation.createdTime),
        ended ? '1' : '0',
        locks.length,
        left.length,
        is.size,
        SHARD_EVENTS_KEPT,
        operation.parentId ?? '',
        made.length,
        noted.length,
        claim?.fingerprint ?? '',
        before ? writeOf(before) : '',
        ...stepsOf(operation),
      ],
    )) as [string, string?];
  }
}

function stepsOf({ composite }: Operation): string[] {
  return (composite ?? []).flatMap(({ operationId }) => operationId ?? []);
}
