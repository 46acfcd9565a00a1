import type { Change } from '../../../src/domain/operation-change.js';
import type { Operation } from '../../../src/domain/operation.js';
import { DurableOperationStore } from '../../../src/operations/durable-operation-store.js';
import { OpenGuard } from '../../../src/operations/guard/open-guard.js';
import { StoreGuardedError, type GuardPass } from '../../../src/operations/guard/store-guard.js';
import { NotDurableError } from '../../../src/operations/not-durable.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { DurableWrites } from '../../../src/platform/redis/durable-writes.js';
import { operationKeys, shardOf, SHARDS } from '../../../src/platform/redis/keys.js';
import { MemoryJournal } from '../support/memory-journal.js';
import { at, attempt, call, operation } from '../support/operation.js';
import { redisPairForThisFile } from '../support/redis-pair.js';
import { TestClock } from '../support/test-clock.js';

const pair = redisPairForThisFile();
const KEYS = operationKeys(shardOf('alpha'));

const INTENT: Change = {
  kind: 'INTENT',
  callIndex: 0,
  attempt: attempt('a'),
  preparation: { before: null, baseline: null, calls: [call('PENDING')], warnings: [] },
};
const ACCEPTED: Change = { kind: 'ACCEPTED', attemptId: 'a', ref: { jobIds: ['job-1'] } };
const CANCEL: Change = {
  kind: 'CANCEL_REQUESTED',
  request: { requestedBy: 'ada', requestedTime: at(1) },
};
const DELAYED: Change = { kind: 'DELAYED', notBefore: at(1), text: 'Later.' };

function idOf(i: number): string {
  return `alpha.00000000-0000-7000-8000-${String(i).padStart(12, '0')}`;
}

class TokenGuard extends OpenGuard {
  token = 'one';
  refusals = 0;

  override pass(): GuardPass {
    return { token: this.token, check: () => undefined };
  }

  override refused(): void {
    this.refusals += 1;
  }
}

describe('what the store promises', () => {
  const guard = new TokenGuard();
  const unsafe: string[] = [];
  let durable: DurableWrites;
  let store: RedisOperationStore;

  beforeEach(async () => {
    await pair.redis.flushall();
    await pair.redis.set(KEYS.guard, 'one');
    guard.token = 'one';
    guard.refusals = 0;
    unsafe.length = 0;
    durable = new DurableWrites(pair.redis, { replicas: 1, waitMs: 200 });
    store = new RedisOperationStore(pair.redis, new TestClock(), guard, durable, (error) =>
      unsafe.push(error.message),
    );
  });
  afterEach(() => durable.close());

  async function begun(...changes: Change[]): Promise<Operation> {
    await store.accept(operation(), null);
    for (const change of changes) await store.transition(operation().id, change);
    return (await store.find(operation().id)) ?? operation();
  }

  describe('while the replica takes nothing', () => {
    it('is not that an operation was accepted; it is written all the same', async () => {
      pair.freeze();
      await expect(store.accept(operation(), null)).rejects.toThrow(NotDurableError);
      expect(await store.find(operation().id)).toEqual(operation());
    });

    it.each([
      ['an intent to send', [], INTENT],
      ['a wish to cancel', [], CANCEL],
      ['a wish to stop', [INTENT, ACCEPTED], CANCEL],
    ] as const)('is not %s', async (_what, before, change) => {
      await begun(...before);
      pair.freeze();
      await expect(store.transition(operation().id, change)).rejects.toThrow(NotDurableError);
      expect(unsafe).toEqual([]);
    });

    it('does not hold up what an upstream answered; it is told in the log', async () => {
      await begun(INTENT);
      pair.freeze();
      expect((await store.transition(operation().id, ACCEPTED))?.state).toBe('RUNNING');
      expect(unsafe).toEqual([expect.stringContaining('Too few replicas')]);
    });

    it('does not hold up one end after the other: those that promise nothing wait one at a time', async () => {
      const many = Array.from({ length: 60 }, (_, i) => operation({ id: idOf(i), lockedGroupIds: [] }));
      for (const one of many) {
        await store.accept(one, null);
        await store.transition(one.id, INTENT);
      }
      pair.freeze();
      const began = performance.now();
      await store.transition(many[0]?.id ?? '', ACCEPTED);
      const rest = await Promise.all(many.slice(1).map(({ id }) => store.transition(id, ACCEPTED)));
      expect(rest.every((one) => one?.state === 'RUNNING')).toBe(true);
      // One after the other they would take twelve seconds, and eight at a time two.
      expect(performance.now() - began).toBeLessThan(1_500);
    });

    it('is in the journal though it is told to nobody: anybody may have read it', async () => {
      await begun();
      pair.freeze();
      const journal = new MemoryJournal();
      const witnessed = new DurableOperationStore(store, journal, guard, new TestClock(), () => undefined);
      await expect(witnessed.transition(operation().id, CANCEL)).rejects.toThrow(NotDurableError);
      expect(journal.kept).toMatchObject([
        { kind: 'RECORD', record: { state: 'PENDING' } },
        { kind: 'CHANGE', change: CANCEL },
        { kind: 'RECORD', record: { state: 'CANCELLED', version: 2 } },
      ]);
    });
  });

  describe('after the store may have lost something', () => {
    it('is nothing: what was let through before is refused, and nothing is written', async () => {
      await begun();
      await pair.redis.set(KEYS.guard, 'two');
      const other = operation({ id: idOf(2), lockedGroupIds: [] });
      await expect(store.accept(other, null)).rejects.toThrow(StoreGuardedError);
      await expect(store.record({ ...other, origin: 'EXTERNAL' }, 'Seen.', new Map())).rejects.toThrow(
        StoreGuardedError,
      );
      await expect(store.transition(operation().id, INTENT)).rejects.toThrow(StoreGuardedError);
      expect(await store.find(other.id)).toBeNull();
      expect(await store.find(operation().id)).toEqual(operation());
      expect(guard.refusals).toBe(3);
    });

    it('is not that nothing was sent, either: the intent may be what was lost', async () => {
      await begun();
      await pair.redis.del(KEYS.guard);
      for (const change of [CANCEL, DELAYED]) {
        await expect(store.transition(operation().id, change)).rejects.toThrow(StoreGuardedError);
      }
      const doubted = await store.transition(operation().id, { kind: 'DOUBTED', evidence: 'It may.' });
      expect(doubted?.state).toBe('UNKNOWN');
    });

    it('is not that a key is new: an emptied store knows no key', async () => {
      for (const shard of SHARDS) await pair.redis.set(operationKeys(shard).guard, 'one');
      expect(await store.findClaim('k')).toBeNull();
      await pair.redis.flushall();
      await expect(store.findClaim('k')).rejects.toBeInstanceOf(StoreGuardedError);
      expect(guard.refusals).toBe(1);
    });

    it('what an upstream answers is written down all the same', async () => {
      await begun(INTENT);
      await pair.redis.set(KEYS.guard, 'two');
      expect((await store.transition(operation().id, ACCEPTED))?.state).toBe('RUNNING');
    });

    it('a request that was accepted before is known, not refused', async () => {
      await begun();
      await pair.redis.set(KEYS.guard, 'two');
      expect(await store.accept(operation(), null)).toEqual({ kind: 'ACCEPTED' });
    });
  });

  describe('a version that a failover has taken back', () => {
    /** The record as it was before its last write. */
    async function takeBack(to: Record<string, string>): Promise<void> {
      await pair.redis.hset(KEYS.operation(operation().id), to);
    }

    it('is not mistaken for another one of the same number', async () => {
      await begun();
      const before = await pair.redis.hgetall(KEYS.operation(operation().id));
      const delayed = await store.transition(operation().id, DELAYED);
      const read = await store.find(operation().id);
      const [listed] = await store.listOpen('alpha');
      await takeBack(before);
      const other = new RedisOperationStore(pair.redis, new TestClock(), guard);
      expect((await other.transition(operation().id, CANCEL))?.version).toBe(2);
      for (const stale of [delayed, read, listed]) {
        expect(stale?.version).toBe(2);
        expect(await store.transitionFrom(stale ?? operation(), INTENT)).toBeNull();
      }
      expect((await store.find(operation().id))?.state).toBe('CANCELLED');
    });

    it('may still be written to by who has read nothing but the number', async () => {
      await begun();
      expect((await store.transitionFrom(operation(), INTENT))?.state).toBe('SUBMITTING');
    });
  });
});
