import { Scope } from '../../../src/domain/access/scope.js';
import type { Operation } from '../../../src/domain/operation.js';
import type {
  OperationCursor,
  OperationFilter,
  OperationPage,
  OperationStore,
} from '../../../src/operations/operation-store.js';
import { at } from '../../unit/support/operation.js';
import { TestClock } from '../../unit/support/test-clock.js';
import { newcomer, type CreateStore } from './subject.js';

/** A small history in which every filter divides. */
const HISTORY: readonly Partial<Operation>[] = [
  { siteId: 'alpha', reason: 'Storage failing' },
  {
    siteId: 'alpha',
    action: 'REPROTECT',
    requestedBy: 'ben {ops}',
    target: { type: 'RECOVERY_PLAN', id: 'alpha.move-mail', name: 'Mail' },
  },
  { siteId: 'beta', provider: 'srm', target: { type: 'RECOVERY_PLAN', id: 'beta.move-mail', name: 'Mail' } },
  { siteId: 'beta', provider: 'srm', origin: 'EXTERNAL', requestedBy: 'ben {ops}' },
  {
    siteId: 'gamma',
    provider: 'srm',
    action: 'CREATE_PROTECTION_GROUP',
    target: { type: 'PROTECTION_GROUP', id: null, name: 'New books' },
  },
  { siteId: 'gamma', provider: 'srm', state: 'RUNNING', action: 'REPROTECT' },
  { siteId: 'delta', state: 'SUCCEEDED', outcome: 'FULL' },
  { siteId: 'delta', state: 'FAILED', outcome: 'PARTIAL', reason: 'storage drill' },
  {
    siteId: 'epsilon',
    state: 'FAILED',
    parentId: 'epsilon.a-parent',
    target: {
      type: 'PROTECTED_INSTANCE',
      id: 'epsilon.crane',
      name: 'Crane',
      within: { type: 'PROTECTION_GROUP', id: 'epsilon.harbour' },
    },
  },
  {
    siteId: 'epsilon',
    state: 'FAILED',
    target: { type: 'PROTECTION_GROUP', id: 'epsilon.harbour', name: 'Harbour' },
  },
];

const FILTERS: readonly [string, Omit<OperationFilter, 'newestFirst' | 'seen'>, number[]][] = [
  ['nothing', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ['a site', { siteId: 'beta' }, [2, 3]],
  ['a site without operations', { siteId: 'omega' }, []],
  ['a provider', { provider: 'srm' }, [2, 3, 4, 5]],
  ['one state', { state: ['RUNNING'] }, [5]],
  ['the usual end', { state: ['SUCCEEDED'] }, [6]],
  ['several states', { state: ['RUNNING', 'FAILED'] }, [5, 7, 8, 9]],
  ['an action', { action: 'REPROTECT' }, [1, 5]],
  ['an outcome', { outcome: 'PARTIAL' }, [7]],
  ['a target', { targetId: 'beta.move-mail' }, [2]],
  ['a part', { targetId: 'epsilon.crane' }, [8]],
  ['what has parts', { targetId: 'epsilon.harbour' }, [8, 9]],
  ['a parent', { parentId: 'epsilon.a-parent' }, [8]],
  ['a parent and a site that is not its', { parentId: 'epsilon.a-parent', siteId: 'alpha' }, []],
  ['who asked', { requestedBy: 'ben {ops}' }, [1, 3]],
  ['an origin', { origin: 'EXTERNAL' }, [3]],
  ['text in the name', { q: 'mail' }, [1, 2]],
  ['text in the reason', { q: 'STORAGE' }, [0, 7]],
  ['a time on', { createdAfter: Date.parse(at(5)) }, [5, 6, 7, 8, 9]],
  ['before a time', { createdBefore: Date.parse(at(2)) }, [0, 1]],
  ['a time between', { createdAfter: Date.parse(at(2)), createdBefore: Date.parse(at(4)) }, [2, 3]],
  ['provider and action', { provider: 'srm', action: 'REPROTECT' }, [5]],
  ['site, who asked and origin', { siteId: 'beta', requestedBy: 'ben {ops}', origin: 'EXTERNAL' }, [3]],
  ['target and a site that is not its', { targetId: 'beta.move-mail', siteId: 'alpha' }, []],
  ['state, text and time', { state: ['PENDING'], q: 'mail', createdAfter: Date.parse(at(2)) }, [2]],
];

/** Follows the pages to the end. */
async function pages(
  store: OperationStore,
  filter: OperationFilter,
  pageSize: number,
): Promise<{ items: Operation[]; pages: OperationPage[] }> {
  const all: OperationPage[] = [];
  let next: OperationCursor | null = null;
  do {
    const page: OperationPage = await store.list(filter, next, pageSize);
    expect(page.items.length).toBeLessThanOrEqual(pageSize);
    all.push(page);
    next = page.next;
  } while (next);
  return { items: all.flatMap(({ items }) => items), pages: all };
}

export function listingConcern(createStore: CreateStore): void {
  const filled = async (history: readonly Partial<Operation>[]) => {
    const { store } = createStore({ clock: new TestClock() });
    const all = history.map((changes) => newcomer(changes));
    await Promise.all(all.map((operation) => store.accept(operation, null)));
    return { store, all };
  };

  describe('listing', () => {
    it.each(FILTERS)('by %s', async (_name, filter, expected) => {
      const { store, all } = await filled(HISTORY.map((one, i) => ({ ...one, createdTime: at(i) })));
      const wanted = expected.map((i) => all[i]);
      expect((await store.list({ ...filter, seen: Scope.ALL, newestFirst: false }, null, 50)).items).toEqual(
        wanted,
      );
      expect((await store.list({ ...filter, seen: Scope.ALL, newestFirst: true }, null, 50)).items).toEqual(
        wanted.toReversed(),
      );
      for (const newestFirst of [true, false]) {
        const { items } = await pages(store, { ...filter, seen: Scope.ALL, newestFirst }, 1);
        expect(items).toEqual(newestFirst ? wanted.toReversed() : wanted);
      }
    });

    it.each([true, false])(
      'pages through 500 of the same millisecond at twelve sites (newest first: %s)',
      async (newestFirst) => {
        const { store, all } = await filled(
          Array.from({ length: 500 }, (_, i) => ({ siteId: `site-${i % 12}` })),
        );
        const ids = all.map(({ id }) => id).sort();
        for (const pageSize of [37, 250]) {
          const { items } = await pages(store, { seen: Scope.ALL, newestFirst }, pageSize);
          expect(items.map(({ id }) => id)).toEqual(newestFirst ? ids.toReversed() : ids);
        }
      },
    );

    it('pages in order of creation across sites and times', async () => {
      const { store, all } = await filled(
        Array.from({ length: 120 }, (_, i) => ({ siteId: `site-${i % 7}`, createdTime: at((i * 37) % 60) })),
      );
      const { items } = await pages(store, { seen: Scope.ALL, newestFirst: true }, 25);
      expect(new Set(items.map(({ id }) => id)).size).toBe(all.length);
      const times = items.map(({ createdTime }) => createdTime);
      expect(times).toEqual([...times].sort().reverse());
    });

    it('does not repeat or leave out older ones when a new one comes between two pages', async () => {
      const { store, all } = await filled(Array.from({ length: 10 }, (_, i) => ({ createdTime: at(i) })));
      const first = await store.list({ seen: Scope.ALL, newestFirst: true }, null, 4);
      await store.accept(newcomer({ createdTime: at(60) }), null);
      const second = await store.list({ seen: Scope.ALL, newestFirst: true }, first.next, 20);
      expect([...first.items, ...second.items]).toEqual(all.toReversed());
    });

    it('of a last page that is just full has no next one', async () => {
      const { store } = await filled([{}, {}, {}]);
      expect((await store.list({ seen: Scope.ALL, newestFirst: true }, null, 3)).next).toBeNull();
      expect((await store.list({ seen: Scope.ALL, newestFirst: true }, null, 2)).next).not.toBeNull();
    });

    it('looks at a bounded number of records, and goes on from there', async () => {
      const { store, all } = await filled(
        Array.from({ length: 2_300 }, (_, i) => ({ createdTime: at(i), outcome: i === 0 ? 'FULL' : 'NONE' })),
      );
      const found = await pages(store, { seen: Scope.ALL, newestFirst: true, outcome: 'FULL' }, 200);
      expect(found.items).toEqual([all[0]]);
      expect(found.pages[0]).toMatchObject({ items: [], next: { id: expect.any(String) as string } });
    });
  });
}
