import type { Change } from '../../../src/domain/operation-change.js';
import type { Operation } from '../../../src/domain/operation.js';
import { DurableOperationStore } from '../../../src/operations/durable-operation-store.js';
import { OpenGuard } from '../../../src/operations/guard/open-guard.js';
import { StoreGuardedError, type GuardPass } from '../../../src/operations/guard/store-guard.js';
import { journaledRecords } from '../../../src/operations/journal/journaled-record.js';
import { NotDurableError } from '../../../src/operations/not-durable.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { MemoryJournal } from '../support/memory-journal.js';
import { at, attempt, call, operation } from '../support/operation.js';
import { problem } from '../../../src/domain/problem.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

const CLAIM = { keyHash: 'k', fingerprint: 'f' };
const INTENT: Change = {
  kind: 'INTENT',
  callIndex: 0,
  attempt: attempt('a'),
  preparation: { before: null, baseline: null, calls: [call('PENDING')], warnings: [] },
};
const ACCEPTED: Change = { kind: 'ACCEPTED', attemptId: 'a', ref: { jobIds: ['job-1'] } };

function opened() {
  const clock = new TestClock();
  const journal = new MemoryJournal();
  const plain = new RedisOperationStore(the.redis, clock);
  const faults: string[] = [];
  const store = new DurableOperationStore(plain, journal, new OpenGuard(), clock, ({ message }) =>
    faults.push(message),
  );
  const kinds = () =>
    journal.kept.map((one) => {
      if (one.kind === 'RECORD') return one.record.state;
      return one.kind === 'CHANGE' ? one.change.kind : one.kind;
    });
  return { clock, journal, plain, store, faults, kinds };
}

describe('a store with a second witness', () => {
  it('has written an accepted operation down, with its key, before anybody hears of it', async () => {
    const { store, journal } = opened();
    expect(await store.accept(operation(), CLAIM)).toEqual({ kind: 'ACCEPTED' });
    expect(journal.kept).toEqual([expect.objectContaining({ record: operation(), claim: CLAIM })]);
  });

  it('writes nothing down of what was not accepted', async () => {
    const { store, journal } = opened();
    await store.accept(operation(), CLAIM);
    const { length } = journal.kept;
    expect((await store.accept(operation({ id: 'alpha.2' }), CLAIM)).kind).toBe('EXISTS');
    expect((await store.accept(operation({ id: 'alpha.2' }), null)).kind).toBe('BUSY');
    expect(journal.kept).toHaveLength(length);
  });

  it('writes it down once more when it is accepted again: its first keeper may have died before it did', async () => {
    const { plain, store, journal } = opened();
    await plain.accept(operation(), CLAIM);
    expect(await store.accept(operation(), CLAIM)).toEqual({ kind: 'ACCEPTED' });
    expect(journal.kept).toEqual([expect.objectContaining({ record: operation(), claim: CLAIM })]);
  });

  it('has every intent written down before the request may be sent', async () => {
    const { store, journal, kinds } = opened();
    await store.accept(operation(), null);
    const intended = await store.transitionFrom(operation(), INTENT);
    expect(kinds()).toEqual(['PENDING', 'SUBMITTING']);
    expect(journal.kept.at(-1)).toMatchObject({ record: intended });
  });

  it('has an answer of the upstream written down before the store is told, and once, however often it is tried', async () => {
    const { store, plain, journal, kinds } = opened();
    await store.accept(operation(), null);
    await store.transition(operation().id, INTENT);
    const tries: (Operation | null)[] = [];
    journal.onAppend = async () => void tries.push(await plain.find(operation().id));
    const transition = plain.transition.bind(plain);
    plain.transition = () => Promise.reject(new Error('Connection is closed.'));
    await expect(store.transition(operation().id, ACCEPTED)).rejects.toThrow('closed');
    plain.transition = transition;
    await store.transition(operation().id, ACCEPTED);
    expect(kinds()).toEqual(['PENDING', 'SUBMITTING', 'ACCEPTED']);
    expect(tries[0]?.state).toBe('SUBMITTING');
  });

  it('knows as much as the store at each step of a life', async () => {
    const { store, plain, journal } = opened();
    await store.accept(operation(), CLAIM);
    const steps: Change[] = [
      INTENT,
      { kind: 'NOT_SENT', attemptId: 'a', notBefore: at(1), text: 'Not sent.' },
      { ...INTENT, attempt: attempt('b') },
      { kind: 'AMBIGUOUS', attemptId: 'b', evidence: 'Lost.' },
      { kind: 'UNDECIDED', evidence: 'Nothing is seen.' },
      { kind: 'ADOPTED', callIndex: 0, ref: { jobIds: ['job-1'] }, evidence: 'It is seen.' },
      { kind: 'CANCEL_REQUESTED', request: { requestedBy: 'ada', requestedTime: at(2) } },
      { kind: 'CANCEL_SENDING', overBy: at(40) },
      { kind: 'CANCEL_ANSWERED', state: 'ACCEPTED', detail: null },
      { kind: 'VERDICT', state: 'CANCELLED', outcome: 'NONE', problem: null, text: 'It is over.' },
    ];
    for (const change of steps) {
      expect([change.kind, (await store.transition(operation().id, change))?.version]).toEqual([
        change.kind,
        expect.any(Number),
      ]);
      const known = (await journaledRecords(journal.entries())).get(operation().id);
      expect([change.kind, known?.record]).toEqual([change.kind, await plain.find(operation().id)]);
    }
  });

  it('does not write down what is seen again by itself', async () => {
    const { store, kinds } = opened();
    await store.accept(operation(), null);
    await store.transition(operation().id, { kind: 'DELAYED', notBefore: at(1), text: 'Later.' });
    expect(kinds()).toEqual(['PENDING']);
  });

  describe('and the end of what was not sent', () => {
    const CANCEL: Change = {
      kind: 'CANCEL_REQUESTED',
      request: { requestedBy: 'ada', requestedTime: at(1) },
    };
    const REJECT: Change = {
      kind: 'VERDICT',
      state: 'REJECTED',
      outcome: 'NONE',
      problem: problem('state-changed', 'It is not as it was.'),
      text: 'It is not as it was.',
    };

    it.each([
      ['CANCELLED', CANCEL],
      ['REJECTED', REJECT],
    ])('%s is written down before anybody can read it', async (state, change) => {
      const { store, plain, journal } = opened();
      await store.accept(operation(), null);
      const seen: (string | undefined)[] = [];
      journal.onAppend = async () => void seen.push((await plain.find(operation().id))?.state);
      await store.transition(operation().id, change);
      expect(seen).toEqual(['PENDING', 'PENDING', state]);
      journal.kept.pop();
      const known = (await journaledRecords(journal.entries())).get(operation().id);
      expect([known?.record.state, known?.stored.state]).toEqual([state, 'PENDING']);
    });

    it.each([
      ['CANCELLED', CANCEL],
      ['REJECTED', REJECT],
    ])('%s is known to this journal even if another one had the promise', async (state, change) => {
      const { store, plain, journal } = opened();
      await plain.accept(operation(), null);
      await store.transition(operation().id, change);
      journal.kept.pop();
      const known = (await journaledRecords(journal.entries())).get(operation().id);
      expect([known?.record.state, known?.stored.state]).toEqual([state, 'PENDING']);
    });

    it('is not written at all when it cannot be written down', async () => {
      const { store, plain, journal } = opened();
      await store.accept(operation(), null);
      journal.broken = 'no space left on device';
      for (const change of [CANCEL, REJECT]) {
        await expect(store.transition(operation().id, change)).rejects.toThrow(NotDurableError);
      }
      expect((await plain.find(operation().id))?.state).toBe('PENDING');
    });

    it('is nothing when it was sent instead', async () => {
      const { store, plain, clock, journal } = opened();
      await store.accept(operation(), null);
      const stale = await store.find(operation().id);
      clock.advance(10);
      await store.transition(operation().id, INTENT);
      clock.advance(10);
      expect(await store.transitionFrom(stale ?? operation(), REJECT)).toBeNull();
      const known = (await journaledRecords(journal.entries())).get(operation().id);
      expect(known?.record).toEqual(await plain.find(operation().id));
    });
  });

  describe('that cannot write it down', () => {
    it('promises nothing, and begins nothing', async () => {
      const { store, plain, journal } = opened();
      journal.broken = 'no space left on device';
      await expect(store.accept(operation(), null)).rejects.toThrow(NotDurableError);
      await expect(store.transitionFrom(operation(), INTENT)).rejects.toThrow('no space left');
      expect((await plain.find(operation().id))?.state).toBe('SUBMITTING');
    });

    it('goes on with what was begun, and tells of it', async () => {
      const { store, journal, faults } = opened();
      await store.accept(operation(), null);
      await store.transition(operation().id, INTENT);
      journal.broken = 'no space left on device';
      expect((await store.transition(operation().id, ACCEPTED))?.state).toBe('RUNNING');
      expect(faults).toEqual(['no space left on device']);
    });
  });

  it('does not promise what a store knew that was emptied meanwhile', async () => {
    class Closing extends OpenGuard {
      override pass(): GuardPass {
        const check = (): void => {
          throw new StoreGuardedError('The store was emptied.');
        };
        return { token: '', check };
      }
    }
    const { plain, journal, clock } = opened();
    const store = new DurableOperationStore(plain, journal, new Closing(), clock, () => undefined);
    await expect(store.accept(operation(), null)).rejects.toThrow(StoreGuardedError);
  });
});
