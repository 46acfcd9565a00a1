import { Standing } from '../../../src/api/standing.js';
import { Scope } from '../../../src/domain/access/scope.js';
import type { InventoryService } from '../../../src/inventory/inventory.service.js';
import type { OperationsService } from '../../../src/operations/operations.service.js';
import { group, plan } from '../support/survey.js';

const SINCE = '2030-01-01T00:00:00.000Z';
const asked: string[][] = [];
const { ALL } = Scope;

function standing(held: Record<string, string>, since: Record<string, string> = {}): Standing {
  asked.length = 0;
  const operations = {
    holdersOf: (siteId: string, ids: string[]) => {
      asked.push([siteId, ...ids]);
      return Promise.resolve(new Map(Object.entries(held).filter(([id]) => ids.includes(id))));
    },
  };
  const inventory = { since: () => Promise.resolve(new Map(Object.entries(since))) };
  return new Standing(inventory as unknown as InventoryService, operations as unknown as OperationsService);
}

it('a group tells the operation that holds it, and a plan the one that holds it or any of its groups', async () => {
  const told = standing({ 'a.1': 'a.op', 'b.9': 'b.op' });
  const groups = await told.ofGroups([group('a.1'), group('a.2'), group('b.1')], ALL);
  expect(groups.map(({ activeOperationId }) => activeOperationId)).toEqual(['a.op', null, null]);
  const plans = await told.ofPlans(
    [
      plan('a.p', { protectionGroupIds: ['a.2', 'a.1'] }),
      plan('a.q', { protectionGroupIds: ['a.2'] }),
      plan('a.r'),
      plan('b.9'),
    ],
    ALL,
  );
  expect(plans.map(({ activeOperationId }) => activeOperationId)).toEqual(['a.op', null, null, 'b.op']);
});

it('whoever holds them is asked for once per site, not per thing', async () => {
  await standing({}).ofGroups([group('a.1'), group('b.1'), group('a.2')], ALL);
  expect(asked).toEqual([
    ['a', 'a.1', 'a.2'],
    ['b', 'b.1'],
  ]);
});

it('since when it is in its state is what the list knows, if it has seen it in that state', async () => {
  const told = standing({}, { 'a.1': SINCE });
  expect(await told.ofGroup(group('a.1'), ALL)).toMatchObject({ stateSinceTime: SINCE });
  expect(await told.ofPlan(plan('a.2'), ALL)).toMatchObject({ stateSinceTime: null });
  const listed = { ...group('a.3'), stateSinceTime: '2031-01-01T00:00:00.000Z' };
  expect(await told.ofGroups([listed], ALL)).toEqual([{ ...listed, activeOperationId: null }]);
});

it('who sees a part of a site is told of an operation that holds what is seen, and of no other', async () => {
  const told = standing({ 'a.1': 'a.mine', 'a.9': 'a.theirs' });
  const seen = Scope.of([], new Map([['a', ['a.p', 'a.q', 'a.1']]]));
  const plans = [
    plan('a.p', { protectionGroupIds: ['a.9'] }),
    plan('a.q', { protectionGroupIds: ['a.9', 'a.1'] }),
  ];
  const heldBy = async (scope: Scope) =>
    (await told.ofPlans(plans, scope)).map(({ activeOperationId }) => activeOperationId);
  expect(await heldBy(seen)).toEqual([null, 'a.mine']);
  expect(await heldBy(Scope.of(['a'], new Map()))).toEqual(['a.theirs', 'a.theirs']);
});
