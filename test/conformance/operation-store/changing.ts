import { Scope } from '../../../src/domain/access/scope.js';
import type { Change } from '../../../src/domain/operation-change.js';
import type { Operation } from '../../../src/domain/operation.js';
import type { OperationStore } from '../../../src/operations/operation-store.js';
import { shardOf } from '../../../src/platform/redis/keys.js';
import { at, attempt, call } from '../../unit/support/operation.js';
import { TestClock } from '../../unit/support/test-clock.js';
import { newcomer, type CreateStore } from './subject.js';

const INTENT: Extract<Change, { kind: 'INTENT' }> = {
  kind: 'INTENT',
  callIndex: 0,
  attempt: attempt('a'),
  preparation: { before: null, baseline: null, calls: [call('PENDING')], warnings: [] },
};
const ACCEPTED: Change = { kind: 'ACCEPTED', attemptId: 'a', ref: { jobIds: ['job-1'] } };
const DONE: Extract<Change, { kind: 'VERDICT' }> = {
  kind: 'VERDICT',
  state: 'SUCCEEDED',
  outcome: 'FULL',
  problem: null,
  text: 'It is over.',
};
const delay = (i: number): Change => ({ kind: 'DELAYED', notBefore: at(i), text: `Try ${i}.` });

const ALL = { seen: Scope.ALL, newestFirst: true } as const;

export function changingConcern(createStore: CreateStore): void {
  async function opened(
    changes: Partial<Operation> = {},
    wish: { repliesLost?: boolean } = {},
  ): Promise<ReturnType<CreateStore> & { clock: TestClock; operation: Operation }> {
    const clock = new TestClock();
    const under = createStore({ clock, ...wish });
    const operation = newcomer({ lockedGroupIds: ['alpha.books', 'alpha.mail'], ...changes });
    await under.store.accept(operation, null);
    return { ...under, clock, operation };
  }

  const statesWith = async (store: OperationStore, state: Operation['state']) =>
    (await store.list({ ...ALL, state: [state] }, null, 10)).items.map(({ id }) => id);

  describe('changing', () => {
    it('writes the next version, with the time and one event more', async () => {
      const { store, eventsOf, clock, operation } = await opened();
      clock.advance(7_000);
      const written = await store.transition(operation.id, INTENT);
      expect(written).toMatchObject({ version: 2, state: 'SUBMITTING', updatedTime: at(7) });
      expect(await store.find(operation.id)).toEqual(written);
      await store.transition(operation.id, ACCEPTED);
      const ended = await store.transition(operation.id, DONE);
      const events = await eventsOf(operation.id);
      expect(events).toHaveLength(ended?.version ?? 0);
      expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    });

    it('writes nothing that does not apply', async () => {
      const { store, eventsOf, operation } = await opened();
      expect(await store.transition(operation.id, ACCEPTED)).toBeNull();
      expect(await store.transitionFrom(operation, DONE)).toBeNull();
      expect(await store.find(operation.id)).toEqual(operation);
      expect(await eventsOf(operation.id)).toHaveLength(1);
    });

    it('writes nothing to what does not exist', async () => {
      const { store, eventsNear, operation } = await opened();
      const { id } = newcomer();
      expect(await store.transition(id, delay(1))).toBeNull();
      expect(await store.transitionFrom({ ...operation, id }, delay(1))).toBeNull();
      expect(await eventsNear('alpha')).toHaveLength(1);
    });

    it('ten writers at once are all written, one after the other', async () => {
      const { store, eventsOf, operation } = await opened();
      const written = await Promise.all(
        Array.from({ length: 10 }, (_, i) => store.transition(operation.id, delay(i))),
      );
      const versions = written.map((one) => one?.version ?? 0).sort((a, b) => a - b);
      expect(versions).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect((await store.find(operation.id))?.version).toBe(11);
      expect(await eventsOf(operation.id)).toHaveLength(11);
    });

    it('from a version that is not the last one writes nothing', async () => {
      const { store, operation } = await opened();
      const newer = await store.transition(operation.id, delay(1));
      expect(await store.transitionFrom(operation, INTENT)).toBeNull();
      expect(await store.find(operation.id)).toEqual(newer);
    });

    it('from one version has one winner among fifty', async () => {
      const { store, operation } = await opened();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          store.transitionFrom(operation, { ...INTENT, attempt: attempt(`a${i}`) }),
        ),
      );
      const winners = answers.filter((answer) => answer !== null);
      expect(winners).toHaveLength(1);
      expect(await store.find(operation.id)).toEqual(winners[0]);
    });

    it('moves the operation from index to index with its state', async () => {
      const { store, operation } = await opened();
      expect(await statesWith(store, 'PENDING')).toEqual([operation.id]);
      await store.transition(operation.id, INTENT);
      expect(await statesWith(store, 'PENDING')).toEqual([]);
      expect(await statesWith(store, 'SUBMITTING')).toEqual([operation.id]);
      await store.transition(operation.id, ACCEPTED);
      await store.transition(operation.id, DONE);
      for (const state of ['SUBMITTING', 'RUNNING'] as const)
        expect(await statesWith(store, state)).toEqual([]);
      expect(await statesWith(store, 'SUCCEEDED')).toEqual([operation.id]);
    });

    it('finds a creation by what it made, once it has', async () => {
      const target = { type: 'PROTECTION_GROUP' as const, id: null, name: 'new' };
      const { store, operation } = await opened({ action: 'CREATE_PROTECTION_GROUP', target });
      const found = async () => (await store.list({ ...ALL, targetId: 'alpha.new' }, null, 10)).items;
      await store.transition(operation.id, INTENT);
      await store.transition(operation.id, ACCEPTED);
      expect(await found()).toEqual([]);
      await store.transition(operation.id, { ...DONE, createdId: 'alpha.new' });
      expect(await found()).toHaveLength(1);
    });
  });

  describe('the locks', () => {
    const GROUPS = ['alpha.books', 'alpha.mail'];

    it('are held through every state and released by the verdict', async () => {
      const { store, operation } = await opened();
      for (const change of [
        INTENT,
        { kind: 'AMBIGUOUS', attemptId: 'a', evidence: 'Lost.' } as const,
        { kind: 'UNDECIDED', evidence: 'No.' } as const,
        ACCEPTED,
      ]) {
        await store.transition(operation.id, change);
        expect(await store.holders('alpha', GROUPS)).toEqual(new Map(GROUPS.map((id) => [id, operation.id])));
        expect(await store.listOpen('alpha')).toHaveLength(1);
      }
      await store.transition(operation.id, DONE);
      expect((await store.holders('alpha', GROUPS)).size).toBe(0);
      expect(await store.listOpen('alpha')).toEqual([]);
      expect(await store.openIds(shardOf('alpha'))).toEqual([]);
    });

    it('are not taken from the next holder by whoever comes late', async () => {
      const { store, operation } = await opened();
      const stop: Change = { ...DONE, state: 'CANCELLED', outcome: 'NONE' };
      await store.transition(operation.id, stop);
      const next = newcomer({ lockedGroupIds: ['alpha.books'] });
      expect(await store.accept(next, null)).toEqual({ kind: 'ACCEPTED' });
      expect(await store.transitionFrom(operation, stop)).toBeNull();
      expect(await store.transition(operation.id, stop)).toBeNull();
      expect(await store.holders('alpha', GROUPS)).toEqual(new Map([['alpha.books', next.id]]));
    });

    it('of equal names at two sites are two locks', async () => {
      const { store, operation } = await opened({ lockedGroupIds: ['alpha.books'] });
      const other = newcomer({ siteId: 'beta', lockedGroupIds: ['beta.books'] });
      expect(await store.accept(other, null)).toEqual({ kind: 'ACCEPTED' });
      await store.transition(other.id, { ...DONE, state: 'CANCELLED' });
      expect(await store.holders('alpha', ['alpha.books'])).toEqual(new Map([['alpha.books', operation.id]]));
    });

    it('asked for without a group are nobody’s', async () => {
      const { store } = await opened();
      expect((await store.holders('alpha', [])).size).toBe(0);
    });
  });

  describe('a write whose reply was lost, so that it is sent again', () => {
    it('is an acceptance, done once', async () => {
      const { store, eventsOf, operation } = await opened({}, { repliesLost: true });
      expect(await store.find(operation.id)).toEqual(operation);
      expect(await eventsOf(operation.id)).toHaveLength(1);
      const claimed = newcomer();
      expect(await store.accept(claimed, { keyHash: 'k', fingerprint: 'f' })).toEqual({ kind: 'ACCEPTED' });
    });

    it('is written, done once, and known to be', async () => {
      const { store, eventsOf, operation } = await opened({}, { repliesLost: true });
      expect(await store.transitionFrom(operation, INTENT)).toMatchObject({ version: 2 });
      expect(await store.transition(operation.id, ACCEPTED)).toMatchObject({ version: 3 });
      expect(await store.transition(operation.id, DONE)).toMatchObject({ version: 4 });
      expect(await eventsOf(operation.id)).toHaveLength(4);
    });

    it('is a conflict both times when somebody else wrote before', async () => {
      const { store, operation } = await opened({}, { repliesLost: true });
      await store.transition(operation.id, delay(1));
      expect(await store.transitionFrom(operation, delay(2))).toBeNull();
      expect((await store.find(operation.id))?.notBefore).toBe(at(1));
    });
  });

  it('unfinished operations of a site are listed from the oldest on, those of other sites are not', async () => {
    const { store } = createStore({ clock: new TestClock() });
    const all = [3, 1, 2].map((i) => newcomer({ createdTime: at(i) }));
    for (const operation of [...all, newcomer({ siteId: 'beta' })]) await store.accept(operation, null);
    expect((await store.listOpen('alpha')).map(({ createdTime }) => createdTime)).toEqual([
      at(1),
      at(2),
      at(3),
    ]);
  });
}
