import type { Operation } from '../domain/operation.js';
import type { UpstreamRun } from '../domain/site-survey.js';
import { ProviderError } from '../providers/provider-error.js';
import type { Provider } from '../providers/provider.js';
import { isUnderWay } from './external-signs.js';
import { ofDrill, ofGroup, ofPlan, type SeenResource } from './external-resources.js';

/** A resource as it is now, and every group that work on it touches. */
export interface LiveSight {
  seen: SeenResource;
  groupIds: string[];
}

/** Everything that is held for work on it. */
export function locksOf({ seen, groupIds }: LiveSight): string[] {
  return [...new Set([...groupIds, seen.holderId])];
}

/** Looks at one group, plan or drill, now. null = it is not there. Throws `ProviderError`. */
export async function lookAt(
  provider: Provider,
  { kind, id, holderId }: SeenResource,
): Promise<LiveSight | null> {
  try {
    switch (kind) {
      case 'PROTECTION_GROUP':
        return { seen: ofGroup(await provider.getProtectionGroup(id)), groupIds: [id] };
      case 'RECOVERY_PLAN': {
        const plan = await provider.getRecoveryPlan(id);
        return { seen: ofPlan(plan), groupIds: plan.protectionGroupIds ?? [] };
      }
      case 'DRILL': {
        const drill = await drillOf(provider, holderId, id);
        return drill && { seen: ofDrill(drill), groupIds: await groupsOfPlan(provider, holderId) };
      }
    }
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'NOT_FOUND') return null;
    throw error;
  }
}

/** The jobs that are under way; asked for once, by whoever needs them first. Where they cannot be told, there are none. */
export function jobsNow(provider: Provider): () => Promise<UpstreamRun[]> {
  let asked: Promise<UpstreamRun[]> | null = null;
  const ask = async (): Promise<UpstreamRun[]> => {
    try {
      return (await provider.survey()).runs.filter(isUnderWay);
    } catch (error) {
      if (!(error instanceof ProviderError) || isOfTheSite(error)) throw error;
      return [];
    }
  };
  return () => (asked ??= ask());
}

/** Whether the upstream still has one of its jobs in hand. */
export async function isAtWork(provider: Provider, operation: Operation): Promise<boolean> {
  const { id: operationId, command, baseline, calls } = operation;
  const watched = calls.map(({ call, ref, adopted }) => ({ call, ref, adopted }));
  const [observation] = await provider.observe([{ operationId, command, baseline, calls: watched }]);
  return observation?.jobs.some(({ state }) => state === 'QUEUED' || state === 'RUNNING') ?? false;
}

async function drillOf(provider: Provider, planId: string, drillId: string) {
  if (provider.descriptor.capabilities.reads.includes('drill')) {
    const where = { planId: provider.nativeId(planId), drillId: provider.nativeId(drillId) };
    return provider.further('drill', where);
  }
  return (await provider.listDrills(planId)).find((drill) => drill.id === drillId) ?? null;
}

/** A plan that mirrors a group touches nothing else. */
async function groupsOfPlan(provider: Provider, planId: string): Promise<string[]> {
  if (!provider.descriptor.capabilities.explicitPlans) return [planId];
  return (await provider.getRecoveryPlan(planId)).protectionGroupIds ?? [];
}

/** Kinds of trouble that the next question would meet as well. */
export function isOfTheSite(error: ProviderError): boolean {
  return error.retry === 'TEMPORARY' && error.kind !== 'BAD_ANSWER';
}
