import { Scope } from '../../../src/domain/access/scope.js';
import type { Operation } from '../../../src/domain/operation.js';
import type { Holding } from '../../../src/operations/operation-store.js';
import { at, call } from '../../unit/support/operation.js';
import { TestClock } from '../../unit/support/test-clock.js';
import { newcomer, type CreateStore } from './subject.js';

const GROUPS = ['alpha.books', 'alpha.move-books'];

function found(changes: Partial<Operation> = {}): Operation {
  const calls = [call('ACCEPTED', { adopted: true })];
  return newcomer({ origin: 'EXTERNAL', state: 'RUNNING', lockedGroupIds: GROUPS, calls, ...changes });
}

const ENDED: Partial<Operation> = { state: 'SUCCEEDED', outcome: 'FULL', endedTime: at(0) };

export function recordingConcern(createStore: CreateStore): void {
  const open = () => createStore({ clock: new TestClock() });
  const cancelled = {
    kind: 'CANCEL_REQUESTED',
    request: { requestedBy: 'ada', requestedTime: at(1) },
  } as const;

  describe('recording what was begun outside', () => {
    it('keeps it, holds its groups and tells of it once', async () => {
      const { store, eventsOf, eventsNear } = open();
      const seen = await store.holdings('alpha', GROUPS);
      expect([...seen.values()]).toEqual(GROUPS.map(() => ({ heldBy: null, lastHeldBy: null })));
      const operation = found();
      expect(await store.record(operation, 'Begun outside.', seen)).toEqual({ kind: 'RECORDED' });
      expect(await store.find(operation.id)).toEqual(operation);
      expect(await store.holders('alpha', GROUPS)).toEqual(new Map(GROUPS.map((id) => [id, operation.id])));
      expect(await store.listOpen('alpha')).toEqual([operation]);
      const event = { type: 'operation.started', sequence: 1, state: 'RUNNING', text: 'Begun outside.' };
      expect(await eventsOf(operation.id)).toEqual([expect.objectContaining(event)]);
      expect(await eventsNear('alpha')).toEqual(await eventsOf(operation.id));
      const { items } = await store.list({ origin: 'EXTERNAL', seen: Scope.ALL, newestFirst: true }, null, 5);
      expect(items).toEqual([operation]);
    });

    it('that has ended holds nothing, and is known to have held its groups last', async () => {
      const { store, eventsOf } = open();
      const operation = found(ENDED);
      const seen = await store.holdings('alpha', GROUPS);
      expect(await store.record(operation, 'Done outside.', seen)).toEqual({ kind: 'RECORDED' });
      expect((await store.holders('alpha', GROUPS)).size).toBe(0);
      expect(await store.listOpen('alpha')).toEqual([]);
      expect([...(await store.holdings('alpha', GROUPS)).values()]).toEqual(
        GROUPS.map(() => ({ heldBy: null, lastHeldBy: operation.id })),
      );
      expect(await eventsOf(operation.id)).toMatchObject([{ type: 'operation.succeeded', outcome: 'FULL' }]);
      expect(await store.record(found(), 'Again.', seen)).toEqual({ kind: 'STALE' });
    });

    it('takes nothing that is held, be it only one of what was to be free', async () => {
      const { store } = open();
      const others = [...GROUPS, 'alpha.new~Books'];
      const seen = await store.holdings('alpha', others);
      const holder = newcomer({ lockedGroupIds: ['alpha.new~Books'] });
      await store.accept(holder, null);
      const operation = found();
      expect(await store.record(operation, '', seen)).toEqual({ kind: 'BUSY', heldBy: holder.id });
      expect(await store.find(operation.id)).toBeNull();
      expect((await store.holders('alpha', GROUPS)).size).toBe(0);
    });

    it('takes nothing that was held since it was seen to be free', async () => {
      const { store } = open();
      const seen = await store.holdings('alpha', GROUPS);
      const short = newcomer({ lockedGroupIds: ['alpha.books'] });
      await store.accept(short, null);
      await store.transition(short.id, cancelled);
      expect((await store.holders('alpha', GROUPS)).size).toBe(0);
      expect(await store.record(found(), '', seen)).toEqual({ kind: 'STALE' });
      const anew = await store.holdings('alpha', GROUPS);
      expect(anew.get('alpha.books')).toEqual({ heldBy: null, lastHeldBy: short.id });
      expect(await store.record(found(), '', anew)).toEqual({ kind: 'RECORDED' });
    });

    it('knows the jobs of every operation, and records none of them again', async () => {
      const { store } = open();
      const operation = found();
      await store.record(operation, '', await store.holdings('alpha', GROUPS));
      expect(await store.knownJobs('alpha', ['job-1', 'job-2'])).toEqual(new Set(['job-1']));
      expect(await store.knownJobs('beta', ['job-1'])).toEqual(new Set());
      const again = found({ lockedGroupIds: ['alpha.mail'] });
      const seen = await store.holdings('alpha', ['alpha.mail']);
      expect(await store.record(again, '', seen)).toEqual({ kind: 'KNOWN' });
      expect((await store.holders('alpha', ['alpha.mail'])).size).toBe(0);
    });

    it('knows the jobs of what was sent from here, as soon as they are', async () => {
      const { store } = open();
      const operation = newcomer({ state: 'SUBMITTING', calls: [call('SENDING')] });
      await store.accept(operation, null);
      expect((await store.knownJobs('alpha', ['job-7'])).size).toBe(0);
      const ref = { jobIds: ['job-7', 'job {8}'] };
      await store.transition(operation.id, { kind: 'ACCEPTED', attemptId: 'attempt-1', ref });
      expect(await store.knownJobs('alpha', ref.jobIds)).toEqual(new Set(ref.jobIds));
    });

    it('of twenty at once about one thing keeps one', async () => {
      const { store, eventsNear } = open();
      const seen = await store.holdings('alpha', GROUPS);
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => store.record(found({ calls: [] }), '', seen)),
      );
      expect(answers.filter(({ kind }) => kind === 'RECORDED')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'BUSY')).toHaveLength(19);
      expect(await eventsNear('alpha')).toHaveLength(1);
    });

    it('of twenty at once that have ended keeps one', async () => {
      const { store, eventsNear } = open();
      const seen = await store.holdings('alpha', GROUPS);
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => store.record(found({ ...ENDED, calls: [] }), '', seen)),
      );
      expect(answers.filter(({ kind }) => kind === 'RECORDED')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'STALE')).toHaveLength(19);
      expect(await eventsNear('alpha')).toHaveLength(1);
    });

    it('against acceptances of the same groups: one of all holds them', async () => {
      const { store } = open();
      const seen = await store.holdings('alpha', GROUPS);
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, i) =>
          i % 2 === 0
            ? (await store.record(found({ calls: [] }), '', seen)).kind === 'RECORDED'
            : (await store.accept(newcomer({ lockedGroupIds: GROUPS }), null)).kind === 'ACCEPTED',
        ),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await store.listOpen('alpha')).toHaveLength(1);
    });

    it('is recorded once when the reply was lost', async () => {
      const { store, eventsOf } = createStore({ clock: new TestClock(), repliesLost: true });
      for (const changes of [{}, { ...ENDED, lockedGroupIds: ['alpha.mail'], calls: [] }]) {
        const operation = found(changes);
        const seen = await store.holdings('alpha', operation.lockedGroupIds);
        expect(await store.record(operation, '', seen)).toEqual({ kind: 'RECORDED' });
        expect(await eventsOf(operation.id)).toHaveLength(1);
      }
    });
  });

  describe('who held a group last', () => {
    const lastOf = async (
      store: ReturnType<CreateStore>['store'],
      id: string,
    ): Promise<Holding | undefined> => (await store.holdings('alpha', [id])).get(id);

    it('is known of what an operation made, too', async () => {
      const { store } = open();
      const target = { type: 'PROTECTION_GROUP', id: null, name: 'Books' } as const;
      const operation = newcomer({ state: 'RUNNING', target, lockedGroupIds: ['alpha.new~Books'] });
      await store.accept(operation, null);
      const verdict = {
        kind: 'VERDICT',
        state: 'SUCCEEDED',
        outcome: 'FULL',
        problem: null,
        text: '',
      } as const;
      await store.transition(operation.id, { ...verdict, createdId: 'alpha.books' });
      for (const id of ['alpha.new~Books', 'alpha.books'])
        expect(await lastOf(store, id)).toEqual({ heldBy: null, lastHeldBy: operation.id });
    });

    it('stays until the next one ends', async () => {
      const { store } = open();
      const [one, two] = [newcomer({ lockedGroupIds: GROUPS }), newcomer({ lockedGroupIds: GROUPS })];
      await store.accept(one, null);
      expect(await lastOf(store, 'alpha.books')).toEqual({ heldBy: one.id, lastHeldBy: null });
      await store.transition(one.id, cancelled);
      await store.accept(two, null);
      expect(await lastOf(store, 'alpha.books')).toEqual({ heldBy: two.id, lastHeldBy: one.id });
      await store.transition(two.id, cancelled);
      expect(await lastOf(store, 'alpha.books')).toEqual({ heldBy: null, lastHeldBy: two.id });
    });
  });
}
