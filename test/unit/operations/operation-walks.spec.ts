import { Scope } from '../../../src/domain/access/scope.js';
import type { OperationFilter } from '../../../src/operations/operation-store.js';
import { walksFor } from '../../../src/operations/operation-walks.js';
import { shardOf, SHARDS } from '../../../src/platform/redis/keys.js';

const PART = Scope.of(['gamma'], new Map([['alpha', ['alpha.books']]]));
const indexes = (filter: Partial<OperationFilter>, seen = PART) =>
  walksFor({ newestFirst: true, seen, ...filter }).walks.map(({ index }) => index.join(' '));

it('who sees all walks the narrowest index of every shard concerned', () => {
  expect(indexes({}, Scope.ALL)).toEqual(SHARDS.map(() => 'all '));
  const { walks, others } = walksFor({
    newestFirst: true,
    seen: Scope.ALL,
    siteId: 'alpha',
    targetId: 'alpha.books',
  });
  expect(walks).toEqual([{ shard: shardOf('alpha'), index: ['target', 'alpha.books'] }]);
  expect(others).toEqual([['site', 'alpha']]);
});

it('who sees a part walks what is seen, whatever else is asked for', () => {
  const seen = ['target alpha.books', 'group alpha.books', 'site gamma'];
  expect(indexes({})).toEqual(seen);
  expect(indexes({ requestedBy: 'ada', state: ['FAILED'], action: 'FAILOVER' })).toEqual(seen);
  expect(indexes({ targetId: 'alpha.payroll' })).toEqual(seen);
  expect(indexes({ parentId: 'alpha.a-parent' })).toEqual(seen);
});

it('a site that is asked for is walked alone, and not at all if nothing of it is seen', () => {
  expect(indexes({ siteId: 'gamma' })).toEqual(['site gamma']);
  expect(indexes({ siteId: 'beta' })).toEqual([]);
  expect(indexes({}, Scope.NONE)).toEqual([]);
});

it('a target or parent of which all is seen is walked alone', () => {
  expect(indexes({ targetId: 'alpha.books' })).toEqual(['target alpha.books']);
  expect(indexes({ targetId: 'gamma.web', requestedBy: 'ada' })).toEqual(['target gamma.web']);
  expect(indexes({ parentId: 'gamma.a-parent' })).toEqual(['parent gamma.a-parent']);
});

it('what is walked is not asked of the other indexes once more', () => {
  const { others } = walksFor({ newestFirst: true, seen: PART, siteId: 'gamma', targetId: 'gamma.web' });
  expect(others).toEqual([['site', 'gamma']]);
  expect(walksFor({ newestFirst: true, seen: PART, siteId: 'gamma' }).others).toEqual([]);
});
