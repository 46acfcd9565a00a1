import type { PlanPrompt } from '../../domain/plan-parts.js';
import type { FurtherReads } from '../further-reads.js';
import type { CallContext, ProviderDriver } from '../provider-driver.js';
import { ProviderError } from '../provider-error.js';
import { plannedOf } from './memory.mapper.js';

interface Lists extends ProviderDriver {
  listPrompts(planId: string, cx: CallContext): Promise<PlanPrompt[]>;
}

/** What the lists tell already, one by one. */
export function furtherReadsOf(driver: Lists): Partial<FurtherReads> {
  return {
    protectedInstance: async ({ groupId, instanceId }, cx) =>
      found(await driver.listProtectedInstances(groupId, cx), instanceId),
    replicationPair: async ({ groupId, pairId }, cx) =>
      found(await driver.listReplicationPairs(groupId, cx), pairId),
    planPrompts: ({ planId }, cx) => driver.listPrompts(planId, cx),
    plannedInstances: async ({ planId }, cx) => {
      const plan = await driver.getRecoveryPlan(planId, cx);
      const groups = await driver.listGroupsOfPlan(planId, cx);
      const lists = await Promise.all(
        groups.map((group) => driver.listProtectedInstances(group.upstream.id, cx)),
      );
      return lists.flat().map((instance) => plannedOf(instance, plan.id));
    },
  };
}

function found<T extends { upstream: { id: string } }>(items: readonly T[], id: string): T {
  const item = items.find(({ upstream }) => upstream.id === id);
  if (!item) throw new ProviderError('NOT_FOUND', `There is no ${id}.`);
  return item;
}
