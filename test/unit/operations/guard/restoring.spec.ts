import type { Redis } from 'ioredis';
import { Scope } from '../../../../src/domain/access/scope.js';
import type { OperationEvent } from '../../../../src/domain/operation-event.js';
import type { CompositeStep, Operation } from '../../../../src/domain/operation.js';
import { RedisRestorableStore } from '../../../../src/operations/guard/redis-restorable-store.js';
import { RedisOperationStore } from '../../../../src/operations/redis-operation-store.js';
import { operationKeys, shardOf } from '../../../../src/platform/redis/keys.js';
import { ambiguous } from '../../support/changes.js';
import { at, command, operation, operationIn } from '../../support/operation.js';
import { redisForThisFile } from '../../support/redis.js';
import { TestClock } from '../../support/test-clock.js';

const the = redisForThisFile();
const clock = new TestClock();
const keys = operationKeys(shardOf('alpha'));
const CLAIM = { keyHash: 'k', fingerprint: 'f' };

const id = (n: number): string => `alpha.01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const books = (changes: Partial<Operation> = {}, state: Operation['state'] = 'RUNNING'): Operation =>
  operationIn(state, { id: id(1), version: 3, lockedGroupIds: ['alpha.books'], ...changes });

const store = (): RedisOperationStore => new RedisOperationStore(the.redis, clock);
const restorable = (redis = the.redis): RedisRestorableStore =>
  new RedisRestorableStore(redis, new RedisOperationStore(redis, clock), clock);

async function holder(groupId = 'alpha.books'): Promise<string | null> {
  return (await store().holdings('alpha', [groupId])).get(groupId)?.heldBy ?? null;
}

async function eventsOf(operationId: string): Promise<OperationEvent[]> {
  const entries = await the.redis.xrange(keys.operationEvents(operationId), '-', '+');
  return entries.map(([, fields]) => JSON.parse(fields[1] ?? '') as OperationEvent);
}

/** Each script arrives twice, and only the second answer is heard. */
function deaf(redis: Redis): Redis {
  return new Proxy(redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const call = (value as (...args: unknown[]) => Promise<unknown>).bind(target);
      if (name !== 'evalsha' && name !== 'eval') return call;
      return async (...args: unknown[]) => {
        await call(...args);
        return call(...args);
      };
    },
  });
}

describe('what the store has lost', () => {
  it('is there again with its locks, its key and its place in the lists, and is told of', async () => {
    const lost = books();
    const restoration = await restorable().restore(lost, CLAIM, false);
    expect(restoration).toMatchObject({ kind: 'RESTORED', before: null });
    const now = await store().find(lost.id);
    expect(now).toMatchObject({ state: 'RUNNING', version: 3, calls: lost.calls });
    expect(await holder()).toBe(lost.id);
    expect(await store().findClaim('k')).toEqual({ operationId: lost.id, fingerprint: 'f' });
    expect(await store().listOpen('alpha')).toEqual([now]);
    const filter = { targetId: 'alpha.move-books', seen: Scope.ALL, newestFirst: true };
    expect((await store().list(filter, null, 10)).items).toEqual([now]);
    expect(await store().knownJobs('alpha', ['job-1'])).toEqual(new Set(['job-1']));
    const event = { type: 'operation.restored', sequence: 3, state: 'RUNNING' };
    expect(await eventsOf(lost.id)).toEqual([expect.objectContaining(event)]);
    expect(await the.redis.xlen(keys.events)).toBe(1);
  });

  it('goes on from there like any other', async () => {
    await restorable().restore(books({}, 'SUBMITTING'), null, false);
    expect(await store().transition(id(1), ambiguous('attempt-1'))).toMatchObject({
      state: 'RECONCILING',
      version: 4,
    });
  });

  it.each(['once', 'twice'])('is written back once when the script arrives %s', async (times) => {
    await restorable(times === 'twice' ? deaf(the.redis) : the.redis).restore(books(), CLAIM, false);
    expect(await eventsOf(id(1))).toHaveLength(1);
  });

  it('is written back once by any number of processes', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, () => restorable().restore(books(), CLAIM, false)),
    );
    expect(all.map(({ kind }) => kind).sort()).toEqual([...Array<string>(7).fill('KNOWN'), 'RESTORED']);
    expect(await eventsOf(id(1))).toHaveLength(1);
  });

  it('leaves a key alone that was used for something else meanwhile', async () => {
    await store().accept(operation({ id: id(2), lockedGroupIds: ['alpha.mail'] }), CLAIM);
    await restorable().restore(books(), CLAIM, false);
    expect(await store().findClaim('k')).toEqual({ operationId: id(2), fingerprint: 'f' });
  });

  it('and had ended is history again, and locks nothing', async () => {
    const ended = books({ endedTime: at(60), version: 9 }, 'SUCCEEDED');
    await restorable().restore(ended, CLAIM, false);
    expect(await store().find(ended.id)).toMatchObject({
      state: 'SUCCEEDED',
      endedTime: at(60),
      version: 9,
    });
    expect(await holder()).toBeNull();
    expect(await store().openIn(shardOf('alpha'))).toEqual([]);
    const holdings = await store().holdings('alpha', ['alpha.books']);
    expect(holdings.get('alpha.books')?.lastHeldBy).toBe(ended.id);
  });
});

describe('what the store has in an older state', () => {
  const accepted = async (): Promise<void> => {
    await store().accept(books({ version: 1 }, 'PENDING'), CLAIM);
  };

  it('keeps what the store has, if it has gone on where the journal only meant to end it', async () => {
    await accepted();
    const known = books({ version: 1 }, 'PENDING');
    const meant = books({ version: 2, endedTime: at(60) }, 'CANCELLED');
    const running = books({ version: 7 });
    expect((await restorable().restore(running, CLAIM, true)).kind).toBe('RESTORED');
    expect((await restorable().restore(meant, CLAIM, true, known)).kind).toBe('KNOWN');
    expect((await store().find(meant.id))?.state).toBe('RUNNING');
  });

  it('ends where the journal meant to end it, if nothing else is known', async () => {
    await accepted();
    const known = books({ version: 1 }, 'PENDING');
    const meant = books({ version: 2, endedTime: at(60) }, 'CANCELLED');
    expect((await restorable().restore(meant, CLAIM, true, known)).kind).toBe('RESTORED');
    expect((await store().find(meant.id))?.state).toBe('CANCELLED');
  });

  it('moves on, above both versions, and changes its place in the lists', async () => {
    await accepted();
    await restorable().restore(books(), CLAIM, false);
    expect(await store().find(id(1))).toMatchObject({ state: 'RUNNING', version: 3 });
    const of = async (state: Operation['state']) =>
      (await store().list({ state: [state], seen: Scope.ALL, newestFirst: true }, null, 10)).items.length;
    expect([await of('PENDING'), await of('RUNNING')]).toEqual([0, 1]);
  });

  it('gives back its locks when it had ended', async () => {
    await accepted();
    await restorable().restore(books({ endedTime: at(60) }, 'FAILED'), CLAIM, false);
    expect(await holder()).toBeNull();
    expect(await store().listOpen('alpha')).toEqual([]);
  });

  it.each([
    ['a version above', books({ version: 8 }, 'PENDING'), false],
    ['the same version, and what it was sent', books({ version: 3 }), false],
    ['the same version, not sent', books({ version: 3 }, 'PENDING'), true],
    ['a version above, not sent', books({ version: 8 }, 'PENDING'), true],
    ['a verdict', books({ version: 1, endedTime: at(9) }, 'CANCELLED'), false],
  ])(
    'as %s: counts as known only if the journal knows no more of its requests',
    async (_what, stored, moves) => {
      await the.redis.hset(keys.operation(id(1)), { v: stored.version, w: 'w', r: JSON.stringify(stored) });
      const journaled = books({ version: 3 }, moves ? 'SUBMITTING' : 'PENDING');
      const { kind } = await restorable().restore(journaled, null, false);
      expect(kind).toBe(moves ? 'RESTORED' : 'KNOWN');
      if (moves) {
        expect(await store().find(id(1))).toMatchObject({
          state: 'SUBMITTING',
          version: Math.max(3, stored.version + 1),
        });
      }
    },
  );
});

describe('what others hold by now', () => {
  const other = operation({ id: id(2), lockedGroupIds: ['alpha.books'] });

  it('is not taken from them', async () => {
    await store().accept(other, null);
    expect(await restorable().restore(books(), CLAIM, false)).toEqual({
      kind: 'HELD',
      before: null,
      heldBy: other.id,
    });
    expect(await store().find(id(1))).toBeNull();
    expect(await eventsOf(id(1))).toEqual([]);
  });

  it('leaves the operation UNKNOWN once that is settled, without those locks, and says whose they are not', async () => {
    await store().accept(other, null);
    const lost = books({ lockedGroupIds: ['alpha.books', 'alpha.mail'] }, 'SUBMITTING');
    const { kind } = await restorable().restore(lost, CLAIM, true);
    expect(kind).toBe('CONFLICT');
    const now = await store().find(lost.id);
    expect(now).toMatchObject({
      state: 'UNKNOWN',
      lockedGroupIds: ['alpha.mail'],
      groupIdsOfOthers: ['alpha.books'],
      calls: [{ state: 'AMBIGUOUS' }],
      evidence: expect.stringContaining(`alpha.books is held by ${other.id}`) as string,
    });
    expect([await holder(), await holder('alpha.mail')]).toEqual([other.id, lost.id]);
    expect((await eventsOf(lost.id)).map(({ type }) => type)).toEqual(['operation.unknown']);
  });
});

describe('a composite', () => {
  const step = (operationId: string | null): CompositeStep => ({
    title: 'Make it',
    command: command(),
    takes: {},
    needsAnyOf: [],
    essential: true,
    operationId,
    state: operationId ? 'RUNNING' : 'PENDING',
    outcome: null,
    progressPercent: null,
    createdNativeId: null,
    detail: null,
    error: null,
    triedSince: null,
  });
  const parent = operation({
    id: id(1),
    version: 4,
    state: 'RUNNING',
    lockedGroupIds: ['alpha.books'],
    composite: [step(id(2)), step(null)],
  });
  const child = books({ id: id(2), parentId: id(1) });

  it.each([
    ['the parent first', [parent, child]],
    ['the step first', [child, parent]],
  ])('and its step hold the same group as before, %s', async (_order, both) => {
    for (const each of both) {
      expect((await restorable().restore(each, null, false)).kind).toBe('RESTORED');
    }
    expect(await holder()).toBe(child.id);
  });

  it('holds what its step gives back', async () => {
    await restorable().restore(parent, null, false);
    await store()
      .accept(child, null)
      .catch(() => undefined);
    await restorable().restore(child, null, false);
    await restorable().restore({ ...child, version: 9, state: 'SUCCEEDED', endedTime: at(9) }, null, false);
    expect(await holder()).toBe(parent.id);
  });
});

it('a record that another write has made since it was read is read again', async () => {
  const stored = books({ version: 1 }, 'PENDING');
  await store().accept(stored, null);
  const unguarded = new RedisOperationStore(the.redis, clock);
  let reads = 0;
  const find = async (wanted: string): Promise<Operation | null> => {
    const found = await unguarded.find(wanted);
    // A failover takes the write back, and another one has its version.
    if ((reads += 1) === 1) await the.redis.hset(keys.operation(wanted), 'w', 'of-another-time');
    return found;
  };
  const openIn = unguarded.openIn.bind(unguarded);
  const [transition, holders] = [unguarded.transition.bind(unguarded), unguarded.holders.bind(unguarded)];
  const transitionFrom = unguarded.transitionFrom.bind(unguarded);
  const seen = { find, openIn, transition, transitionFrom, holders };
  const racing = new RedisRestorableStore(the.redis, seen, clock);
  expect((await racing.restore(books(), null, false)).kind).toBe('RESTORED');
  expect(reads).toBe(2);
});
