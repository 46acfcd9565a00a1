import type { Acceptance } from '../../../src/operations/operation-store.js';
import { TestClock } from '../../unit/support/test-clock.js';
import { newcomer, type CreateStore } from './subject.js';

const kinds = (answers: readonly Acceptance[], kind: Acceptance['kind']) =>
  answers.filter((answer) => answer.kind === kind);

export function acceptingConcern(createStore: CreateStore): void {
  const open = () => createStore({ clock: new TestClock() });

  describe('accepting', () => {
    it('keeps the record as it was given, and tells of it once', async () => {
      const { store, eventsOf, eventsNear } = open();
      const operation = newcomer({ lockedGroupIds: ['alpha.books'] });
      expect(await store.accept(operation, null)).toEqual({ kind: 'ACCEPTED' });
      expect(await store.find(operation.id)).toEqual(operation);
      const event = { type: 'operation.accepted', operationId: operation.id, sequence: 1, state: 'PENDING' };
      expect(await eventsOf(operation.id)).toEqual([expect.objectContaining(event)]);
      expect(await eventsNear('alpha')).toEqual(await eventsOf(operation.id));
      expect(await store.listOpen('alpha')).toEqual([operation]);
    });

    it('a hundred at once that touch one group has one winner, and tells the others who it is', async () => {
      const { store, eventsNear } = open();
      const all = Array.from({ length: 100 }, (_, i) =>
        newcomer({ lockedGroupIds: [`alpha.own-${i}`, 'alpha.books'] }),
      );
      const answers = await Promise.all(all.map((operation) => store.accept(operation, null)));
      expect(kinds(answers, 'ACCEPTED')).toHaveLength(1);
      const winner = all[answers.findIndex(({ kind }) => kind === 'ACCEPTED')];
      expect(kinds(answers, 'BUSY')).toEqual(
        Array.from({ length: 99 }, () => ({ kind: 'BUSY', heldBy: winner?.id })),
      );
      expect(await store.listOpen('alpha')).toEqual([winner]);
      expect(await eventsNear('alpha')).toHaveLength(1);
    });

    it('takes all locks or none', async () => {
      const { store } = open();
      const holder = newcomer({ lockedGroupIds: ['alpha.books'] });
      await store.accept(holder, null);
      const other = newcomer({ lockedGroupIds: ['alpha.mail', 'alpha.books'] });
      expect(await store.accept(other, null)).toEqual({ kind: 'BUSY', heldBy: holder.id });
      expect(await store.find(other.id)).toBeNull();
      expect(await store.holders('alpha', ['alpha.mail', 'alpha.books'])).toEqual(
        new Map([['alpha.books', holder.id]]),
      );
    });

    it('with a key that is taken answers the operation it was used for, and takes nothing', async () => {
      const { store } = open();
      const first = newcomer();
      await store.accept(first, { keyHash: 'k', fingerprint: 'f' });
      const again = newcomer({ lockedGroupIds: ['alpha.books'] });
      expect(await store.accept(again, { keyHash: 'k', fingerprint: 'other' })).toEqual({
        kind: 'EXISTS',
        operationId: first.id,
        fingerprint: 'f',
      });
      expect(await store.find(again.id)).toBeNull();
      expect((await store.holders('alpha', ['alpha.books'])).size).toBe(0);
      expect(await store.findClaim('k')).toEqual({ operationId: first.id, fingerprint: 'f' });
    });

    it('a hundred at once with one key is one operation for all', async () => {
      const { store } = open();
      const all = Array.from({ length: 100 }, () => newcomer({ lockedGroupIds: ['alpha.books'] }));
      const claim = { keyHash: 'k', fingerprint: 'f' };
      const answers = await Promise.all(all.map((operation) => store.accept(operation, claim)));
      expect(kinds(answers, 'ACCEPTED')).toHaveLength(1);
      const [open1] = await store.listOpen('alpha');
      expect(kinds(answers, 'EXISTS')).toEqual(
        Array.from({ length: 99 }, () => ({ kind: 'EXISTS', operationId: open1?.id, fingerprint: 'f' })),
      );
    });

    it('prefers to tell that the key is taken over telling that the group is held', async () => {
      const { store } = open();
      const claim = { keyHash: 'k', fingerprint: 'f' };
      const first = newcomer({ lockedGroupIds: ['alpha.books'] });
      await store.accept(first, claim);
      const again = newcomer({ lockedGroupIds: ['alpha.books'] });
      expect((await store.accept(again, claim)).kind).toBe('EXISTS');
    });

    it('does not use up the key when the group is held', async () => {
      const { store } = open();
      await store.accept(newcomer({ lockedGroupIds: ['alpha.books'] }), null);
      await store.accept(newcomer({ lockedGroupIds: ['alpha.books'] }), { keyHash: 'k', fingerprint: 'f' });
      expect(await store.findClaim('k')).toBeNull();
    });

    it('finds a key wherever its operation is kept', async () => {
      const { store } = open();
      for (let i = 0; i < 24; i += 1) {
        const operation = newcomer({ siteId: `site-${i}` });
        await store.accept(operation, { keyHash: `k${i}`, fingerprint: 'f' });
        expect((await store.findClaim(`k${i}`))?.operationId).toBe(operation.id);
      }
    });

    it.each(['', 'nonsense', 'alpha', 'alpha.books', 'alpha.*'])('finds nothing called %j', async (id) => {
      const { store } = open();
      await store.accept(newcomer(), null);
      expect(await store.find(id)).toBeNull();
    });
  });
}
