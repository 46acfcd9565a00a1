import { Scope } from '../../../src/domain/access/scope.js';
import type { Change } from '../../../src/domain/operation-change.js';
import type { CompositeStep, Operation } from '../../../src/domain/operation.js';
import type { StepStart } from '../../../src/operations/operation-store.js';
import { command } from '../../unit/support/operation.js';
import { TestClock } from '../../unit/support/test-clock.js';
import { newcomer, type CreateStore } from './subject.js';

const STEP: CompositeStep = {
  title: 'Make it',
  command: command({ targetNativeId: null }),
  takes: {},
  needsAnyOf: [],
  essential: true,
  operationId: null,
  state: 'PENDING',
  outcome: null,
  progressPercent: null,
  createdNativeId: null,
  detail: null,
  error: null,
  triedSince: null,
};
const NEW = 'alpha.new~Books';
const MADE = 'alpha.made';
const OVER: Extract<Change, { kind: 'VERDICT' }> = {
  kind: 'VERDICT',
  state: 'CANCELLED',
  outcome: 'NONE',
  problem: null,
  text: 'It is over.',
};

export function composingConcern(createStore: CreateStore): void {
  async function begun(wish: { repliesLost?: boolean } = {}) {
    const under = createStore({ clock: new TestClock(), ...wish });
    const { store } = under;
    const target = { type: 'PROTECTION_GROUP', id: null, name: 'Books' } as const;
    const composite = [STEP, STEP];
    const parent = newcomer({ composite, lockedGroupIds: [NEW], target });
    await store.accept(parent, null);
    const running = await store.transition(parent.id, { kind: 'COMPOSITE_BEGUN' });
    if (!running) throw new Error('it has not begun');
    const child = (changes: Partial<Operation> = {}) =>
      newcomer({ parentId: parent.id, lockedGroupIds: [NEW], target, ...changes });
    const holder = async (id: string) => (await store.holders('alpha', [id])).get(id) ?? null;
    return { ...under, parent: running, child, holder };
  }
  const start = (child: Operation, index = 0): StepStart => ({
    kind: 'STEP_STARTED',
    index,
    operationId: child.id,
    lockedGroupIds: child.lockedGroupIds,
  });

  describe('a step of a composite', () => {
    it.each([false, true])(
      'is accepted together with its parent’s next version (replies lost: %s)',
      async (repliesLost) => {
        const { store, parent, child, eventsOf, holder } = await begun({ repliesLost });
        const one = child({ lockedGroupIds: [NEW, 'alpha.other'] });
        const answer = await store.acceptStep(one, parent, start(one));
        expect(answer).toMatchObject({ kind: 'ACCEPTED', parent: { version: parent.version + 1 } });
        expect(await store.find(one.id)).toEqual(one);
        expect(await store.find(parent.id)).toMatchObject({
          version: parent.version + 1,
          composite: [{ state: 'RUNNING', operationId: one.id }, { state: 'PENDING' }],
          lockedGroupIds: [NEW, 'alpha.other'],
        });
        expect((await eventsOf(parent.id)).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
        expect(await eventsOf(one.id)).toHaveLength(1);
        expect([await holder(NEW), await holder('alpha.other')]).toEqual([one.id, one.id]);
      },
    );

    it('has one winner among fifty, and nothing is written for the others', async () => {
      const { store, parent, child } = await begun();
      const all = Array.from({ length: 50 }, () => child());
      const answers = await Promise.all(all.map((one) => store.acceptStep(one, parent, start(one))));
      expect(answers.filter(({ kind }) => kind === 'ACCEPTED')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'STALE')).toHaveLength(49);
      expect(await store.listOpen('alpha')).toHaveLength(2);
    });

    it('is not accepted once its parent was asked to stop', async () => {
      const { store, parent, child } = await begun();
      await store.transition(parent.id, {
        kind: 'CANCEL_REQUESTED',
        request: { requestedBy: 'ada', requestedTime: '' },
      });
      const one = child();
      expect(await store.acceptStep(one, parent, start(one))).toEqual({ kind: 'STALE' });
      expect(await store.find(one.id)).toBeNull();
    });

    it('is told who else holds what it needs, and nothing is written', async () => {
      const { store, parent, child, holder } = await begun();
      const other = newcomer({ lockedGroupIds: ['alpha.books'] });
      await store.accept(other, null);
      const one = child({ lockedGroupIds: [NEW, 'alpha.books'] });
      expect(await store.acceptStep(one, parent, start(one))).toEqual({ kind: 'BUSY', heldBy: other.id });
      expect(await store.find(parent.id)).toEqual(parent);
      expect(await holder(NEW)).toBe(parent.id);
    });

    it('leaves its locks, and that of what it made, to its parent, which releases all at its end', async () => {
      const { store, parent, child, holder } = await begun();
      const one = child({ state: 'RUNNING' });
      await store.acceptStep(one, parent, start(one));
      await store.transition(one.id, { ...OVER, state: 'SUCCEEDED', outcome: 'FULL', createdId: MADE });
      expect([await holder(NEW), await holder(MADE)]).toEqual([parent.id, parent.id]);
      await store.transition(parent.id, {
        kind: 'STEP_ENDED',
        index: 0,
        state: 'SUCCEEDED',
        outcome: 'FULL',
        detail: null,
        error: null,
        created: { type: 'PROTECTION_GROUP', id: MADE, nativeId: 'made' },
      });
      expect(
        (await store.list({ seen: Scope.ALL, newestFirst: true, targetId: MADE }, null, 10)).items,
      ).toHaveLength(2);
      await store.transition(parent.id, { ...OVER, state: 'FAILED' });
      expect([await holder(NEW), await holder(MADE)]).toEqual([null, null]);
    });

    it('takes what it made from nobody, and leaves nothing to a parent that has ended', async () => {
      const { store, parent, child, holder } = await begun();
      const one = child({ state: 'RUNNING' });
      await store.acceptStep(one, parent, start(one));
      const other = newcomer({ lockedGroupIds: [MADE] });
      await store.accept(other, null);
      await store.transition(one.id, { ...OVER, state: 'SUCCEEDED', outcome: 'FULL', createdId: MADE });
      expect(await holder(MADE)).toBe(other.id);
      const orphan = newcomer({ state: 'RUNNING', parentId: other.id, lockedGroupIds: ['alpha.mail'] });
      await store.accept(orphan, null);
      await store.transition(other.id, OVER);
      await store.transition(orphan.id, { ...OVER, state: 'SUCCEEDED' });
      expect([await holder(MADE), await holder('alpha.mail')]).toEqual([null, null]);
    });
  });
}
