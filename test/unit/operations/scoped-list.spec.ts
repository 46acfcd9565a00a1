import { Scope } from '../../../src/domain/access/scope.js';
import type { Operation } from '../../../src/domain/operation.js';
import type {
  OperationCursor,
  OperationFilter,
  OperationPage,
} from '../../../src/operations/operation-store.js';
import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { at } from '../support/operation.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

/*
 * What may not be seen leaves no trace: whoever pages through the history gets the same pages, with the same places
 * between them, by the same work of the store, whether or not there is anything else in it.
 */
const the = redisForThisFile();

interface Walk {
  pages: OperationPage[];
  /** What Redis was asked, in all. */
  commands: number;
}

async function walk(filter: OperationFilter, pageSize: number): Promise<Walk> {
  let commands = 0;
  const counting = new Proxy(the.redis, {
    get: (target, name) => {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      return (...given: unknown[]): unknown => {
        commands += name === 'pipeline' ? (given[0] as unknown[]).length : 1;
        return (found as (...all: unknown[]) => unknown).apply(target, given);
      };
    },
  });
  const store = new RedisOperationStore(counting, new TestClock());
  const pages: OperationPage[] = [];
  for (let next: OperationCursor | null = null; ;) {
    const page: OperationPage = await store.list(filter, next, pageSize);
    pages.push(page);
    if (!page.next) return { pages, commands };
    next = page.next;
  }
}

const plan = (id: string) => ({ type: 'RECOVERY_PLAN', id, name: 'Books' }) as const;
const made = (changes: Partial<Operation>, seconds: number): Operation =>
  newcomer({ createdTime: at(seconds), lockedGroupIds: [], ...changes });

async function accept(operations: readonly Operation[]): Promise<void> {
  const store = new RedisOperationStore(the.redis, new TestClock());
  await Promise.all(operations.map((operation) => store.accept(operation, null)));
}

const MINE = 'alpha.move-books';
/** One operation holds each of them. */
const GROUPS = Array.from({ length: 30 }, (_, i) => `alpha.books-${i}`);
const SCOPES: readonly [string, Scope][] = [
  ['a plan', Scope.of([], new Map([['alpha', [MINE, ...GROUPS]]]))],
  ['groups', Scope.of([], new Map([['alpha', GROUPS.slice(0, 20)]]))],
  ['a site', Scope.of(['gamma'], new Map())],
  ['a site and a plan of another', Scope.of(['gamma'], new Map([['alpha', [MINE]]]))],
];

const seenOnes = Array.from({ length: 30 }, (_, i) => [
  made({ siteId: 'alpha', target: plan(MINE), lockedGroupIds: i % 2 ? GROUPS.slice(i, i + 1) : [] }, i * 10),
  made({ siteId: 'gamma', requestedBy: 'ben', target: plan('gamma.web') }, i * 10 + 3),
]).flat();
const unseenOnes = Array.from({ length: 400 }, (_, i) => [
  made({ siteId: 'alpha', requestedBy: 'ben', target: plan('alpha.payroll'), parentId: null }, i / 2),
  made({ siteId: 'beta', target: plan('beta.move-books') }, i / 2),
]).flat();

describe.each(SCOPES)('to who sees %s, what is not seen', (_name, seen) => {
  it.each<[string, Omit<OperationFilter, 'seen'>]>([
    ['newest first', { newestFirst: true }],
    ['oldest first', { newestFirst: false }],
    ['by who asked', { newestFirst: true, requestedBy: 'ben' }],
    ['by state', { newestFirst: true, state: ['PENDING'] }],
    ['by a target that is not seen', { newestFirst: true, targetId: 'alpha.payroll' }],
    ['by a site that is not seen', { newestFirst: true, siteId: 'beta' }],
    ['by a parent that is not there', { newestFirst: true, parentId: 'beta.a-parent' }],
  ])('changes no page, no place and no command: %s', async (_way, filter) => {
    await accept(seenOnes);
    const alone = await walk({ ...filter, seen }, 7);
    await accept(unseenOnes);
    expect(await walk({ ...filter, seen }, 7)).toEqual(alone);
  });
});

it('the whole of a plan is read in as many commands as the history of it is long, not as that of the site', async () => {
  await accept([...seenOnes, ...unseenOnes]);
  const seen = Scope.of([], new Map([['alpha', [MINE]]]));
  const { pages, commands } = await walk({ seen, newestFirst: true }, 50);
  expect(pages.flatMap(({ items }) => items)).toHaveLength(30);
  expect(commands).toBeLessThan(60);
});
