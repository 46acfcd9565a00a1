import type { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';
import type { Step } from '../../domain/operation-machine.js';
import { isVerdict, type Operation } from '../../domain/operation.js';
import type { Clock } from '../../platform/clock.js';
import { operationKeys, shardOf } from '../../platform/redis/keys.js';
import { RedisScript } from '../../platform/redis/script.js';
import { SHARD_EVENTS_KEPT } from '../kept-events.js';
import { siteOfPublicId } from '../operation-id.js';
import { indexesOf } from '../operation-indexes.js';
import type { IdempotencyClaim } from '../operation-store.js';
import { heldBy, lockedForParent } from '../released-groups.js';
import { writeOf } from '../write-ids.js';
import { RestorableStore, stepsOf, type RestoringWrite } from './restorable-store.js';

const RESTORE = new RedisScript(new URL('../lua/restore-operation.lua', import.meta.url));

const TAKE_KEY = new RedisScript(new URL('../lua/take-key.lua', import.meta.url));

export class RedisRestorableStore extends RestorableStore {
  constructor(
    private readonly redis: Redis,
    store: ConstructorParameters<typeof RestorableStore>[0],
    clock: Clock,
  ) {
    super(store, clock);
  }

  protected keyHolder(id: string, { keyHash }: IdempotencyClaim): Promise<string | null> {
    return this.redis.hget(keysOf(id).idempotency(keyHash), 'id');
  }

  protected async takeKey(
    id: string,
    { keyHash, fingerprint }: IdempotencyClaim,
    holder: string | null,
  ): Promise<'TAKEN' | 'CHANGED' | 'ABSENT'> {
    const { idempotency, operation } = keysOf(id);
    return TAKE_KEY.run(
      this.redis,
      [idempotency(keyHash), operation(id), operation(holder ?? id)],
      [id, fingerprint, holder ?? ''],
    ) as Promise<'TAKEN' | 'CHANGED' | 'ABSENT'>;
  }

  protected async write(
    before: Operation | null,
    { operation, event }: Step,
    claim: IdempotencyClaim | null,
  ): Promise<RestoringWrite> {
    const keys = operationKeys(shardOf(operation.siteId));
    const ended = isVerdict(operation.state);
    const locks = operation.lockedGroupIds.map(keys.lock);
    const made = ended ? lockedForParent(operation).map(keys.lock) : [];
    const noted = ended ? heldBy(operation).map(keys.lastHolder) : [];
    const was = before ? indexesOf(before).map(([name, value]) => keys.index(name, value)) : [];
    const is = new Set(indexesOf(operation).map(([name, value]) => keys.index(name, value)));
    const left = was.filter((key) => !is.has(key));
    const [kind, holder = ''] = (await RESTORE.run(
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
    )) as [RestoringWrite['kind'], string?];
    return kind === 'HELD' ? { kind, heldBy: holder } : { kind };
  }
}

function keysOf(id: string): ReturnType<typeof operationKeys> {
  return operationKeys(shardOf(siteOfPublicId(id)));
}
