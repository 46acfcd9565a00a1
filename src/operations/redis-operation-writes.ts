import { v7 as uuidv7 } from 'uuid';
import type { Change } from '../domain/operation-change.js';
import { eventOf, type OperationEvent } from '../domain/operation-event.js';
import type { Step } from '../domain/operation-machine.js';
import { isVerdict, type Operation } from '../domain/operation.js';
import type { DurableAnswer, DurableWrite, DurableWrites } from '../platform/redis/durable-writes.js';
import { operationKeys, shardOf } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import { StoreGuardedError, type StoreGuard } from './guard/store-guard.js';
import { CHANGE_SAFETY } from './change-safety.js';
import { SHARD_EVENTS_KEPT } from './kept-events.js';
import { NotDurableError } from './not-durable.js';
import { indexesOf } from './operation-indexes.js';
import type { IdempotencyClaim } from './operation-store.js';
import { heldBy, lockedForParent } from './released-groups.js';
import { madeBy, writeOf } from './write-ids.js';
import { WrittenVersions } from './written-versions.js';

const ACCEPT = new RedisScript(new URL('./lua/accept-operation.lua', import.meta.url));
const TRANSITION = new RedisScript(new URL('./lua/transition-operation.lua', import.meta.url));

/**
 * The scripts that write operations, each of them one atomic step.
 *
 * What promises something, or precedes a send, or is said of what was not sent yet, is refused (`StoreGuardedError`) when the store may have lost something
 * since the guard was asked, and fails with `NotDurableError` when too few replicas have it: it is written all the same.
 */
export class OperationWrites {
  /** The replicas did not confirm the last write that waited for them. */
  private isLagging = false;
  /** A write that promises nothing waits for them. */
  private isTrying = false;

  /** @param onUnsafe told of what too few replicas have though the work goes on */
  constructor(
    private readonly durable: DurableWrites,
    private readonly guard: StoreGuard,
    private readonly onUnsafe: (error: Error) => void,
    private readonly written = new WrittenVersions(),
  ) {}

  async accept(
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
    const writeId = uuidv7();
    const parentId = parent?.before.id ?? '';
    const answer = await this.promise<[string, string?, string?]>(
      ACCEPT,
      operation,
      [
        keys.operation(operation.id),
        keys.operationEvents(operation.id),
        keys.events,
        keys.open,
        keys.idempotency(claim?.keyHash ?? 'none'),
        keys.operation(parentId),
        keys.operationEvents(parentId),
        keys.guard,
        ...locks,
        ...indexes,
      ],
      (token) => [
        operation.id,
        JSON.stringify(operation),
        JSON.stringify(event),
        Date.parse(operation.createdTime),
        writeId,
        claim?.fingerprint ?? '',
        SHARD_EVENTS_KEPT,
        locks.length,
        indexes.length,
        parentId,
        parent?.before.version ?? '',
        parent?.step.operation.version ?? '',
        JSON.stringify(parent?.step.operation ?? null),
        JSON.stringify(parent?.step.event ?? null),
        token,
        parent ? writeOf(parent.before) : '',
        operation.version,
      ],
    );
    if (answer[0] === 'ACCEPTED') {
      madeBy(operation, answer[1]);
      if (parent) madeBy(parent.step.operation, answer[1]);
      // Otherwise it was there already, and is only promised once more.
      if (answer[1] === writeId) {
        this.tellWritten(operation, event.type);
        if (parent) this.tellWritten(parent.step.operation, parent.step.event.type);
      }
    }
    return answer;
  }

  /** Runs a script that writes a new record and answers how that went, first of all in a word. */
  async promise<Answer extends readonly [string, ...unknown[]]>(
    script: RedisScript,
    operation: Operation,
    keys: readonly string[],
    args: (token: string) => (string | number)[],
  ): Promise<Answer> {
    const { token } = this.guard.pass();
    const mark = operationKeys(shardOf(operation.siteId)).durable;
    const { answer, safe } = this.noted(await this.durable.run({ script, keys, args: args(token), mark }));
    const words = answer as Answer;
    if (words[0] === 'GUARDED') throw this.guarded();
    if (!safe && (words[0] === 'ACCEPTED' || words[0] === 'RECORDED')) throw tooFewReplicas(operation);
    return words;
  }

  /** False = somebody else has written meanwhile. */
  async change(before: Operation, { operation, event }: Step, { kind }: Change): Promise<boolean> {
    const { replicas, evenWhileGuarded } = CHANGE_SAFETY[kind];
    const isPromise = replicas === 'PROMISE';
    const token = evenWhileGuarded ? '' : this.guard.pass().token;
    const writeId = uuidv7();
    const keys = operationKeys(shardOf(operation.siteId));
    const ended = isVerdict(operation.state);
    const released = ended ? operation.lockedGroupIds.map(keys.lock) : [];
    const made = ended ? lockedForParent(operation).map(keys.lock) : [];
    const noted = ended ? heldBy(operation).map(keys.lastHolder) : [];
    const was = new Set(indexesOf(before).map(([name, value]) => keys.index(name, value)));
    const is = new Set(indexesOf(operation).map(([name, value]) => keys.index(name, value)));
    const left = [...was].filter((key) => !is.has(key));
    const joined = [...is].filter((key) => !was.has(key));
    const { answer, safe } = await this.run(isPromise, ended || replicas === 'KEPT', {
      script: TRANSITION,
      mark: keys.durable,
      keys: [
        keys.operation(operation.id),
        keys.operationEvents(operation.id),
        keys.events,
        keys.open,
        keys.guard,
        ...released,
        ...left,
        ...joined,
        ...made,
        ...noted,
      ],
      args: [
        operation.id,
        before.version,
        operation.version,
        JSON.stringify(operation),
        JSON.stringify(event),
        writeId,
        Date.parse(operation.createdTime),
        ended ? '1' : '0',
        released.length,
        left.length,
        joined.length,
        SHARD_EVENTS_KEPT,
        operation.parentId ?? '',
        made.length,
        noted.length,
        token,
        writeOf(before),
      ],
    });
    if (answer === 'GUARDED') throw this.guarded();
    if (answer !== 'WRITTEN') return false;
    madeBy(operation, writeId);
    this.tellWritten(operation, event.type);
    if (!safe && isPromise) throw tooFewReplicas(operation);
    if (!safe) this.onUnsafe(tooFewReplicas(operation));
    return true;
  }

  /** While replicas are away, only promises wait for them, and one of the others at a time: so it shows when they are back. */
  private async run(isPromise: boolean, keepSafe: boolean, write: DurableWrite): Promise<DurableAnswer> {
    if (!isPromise && (!keepSafe || (this.isLagging && this.isTrying)))
      return this.durable.runOrdinarily(write);
    if (!isPromise) this.isTrying = true;
    try {
      return this.noted(await this.durable.run(write, isPromise));
    } finally {
      if (!isPromise) this.isTrying = false;
    }
  }

  private noted(answer: DurableAnswer): DurableAnswer {
    this.isLagging = !answer.safe;
    return answer;
  }

  /** Whoever keeps figures of what this process writes hears of it. */
  tellWritten(operation: Operation, type: OperationEvent['type']): void {
    this.written.tell(operation, type);
  }

  /** The store is not the one that the guard let through: told to the guard, and to be thrown. */
  guarded(): StoreGuardedError {
    this.guard.refused();
    return new StoreGuardedError('The store has changed since the guard was asked.');
  }
}

function tooFewReplicas(record: Operation): NotDurableError {
  return new NotDurableError('Too few replicas confirmed in time what was written.', { record });
}
