import type { Drill, ProtectionGroup, RecoveryPlan } from '../../../src/domain/inventory.js';
import type { SiteSurvey } from '../../../src/domain/site-survey.js';

export function group(id: string, changes: Partial<ProtectionGroup> = {}): ProtectionGroup {
  return {
    id,
    siteId: id.split('.')[0] ?? '',
    provider: 'memory',
    name: id,
    upstream: { id, state: 'guarded' },
    description: null,
    state: 'PROTECTED',
    activeSite: 'PRODUCTION',
    production: null,
    recovery: null,
    replicationProgressPercent: null,
    instanceCount: null,
    replicationPairCount: null,
    drillCount: null,
    conditions: [],
    createdTime: null,
    updatedTime: null,
    ...changes,
  };
}

export function plan(id: string, changes: Partial<RecoveryPlan> = {}): RecoveryPlan {
  return {
    id,
    siteId: id.split('.')[0] ?? '',
    provider: 'memory',
    name: id,
    upstream: { id, state: 'ready' },
    description: null,
    state: 'PROTECTED',
    activeSite: 'PRODUCTION',
    nextDirection: 'TO_RECOVERY',
    production: null,
    recovery: null,
    implicit: false,
    protectionGroupIds: null,
    progressPercent: null,
    conditions: [],
    ...changes,
  };
}

export function drill(id: string, changes: Partial<Drill> = {}): Drill {
  return {
    id,
    siteId: id.split('.')[0] ?? '',
    provider: 'memory',
    name: id,
    upstream: { id, state: 'standing' },
    recoveryPlanId: `${id}-plan`,
    state: 'ACTIVE',
    createdTime: null,
    ...changes,
  };
}

export function survey(lists: Partial<SiteSurvey> = {}): SiteSurvey {
  return { groups: [], plans: [], drills: [], runs: [], ...lists };
}

/** So many groups of that site, named by their numbers. */
export function groups(siteId: string, count: number): ProtectionGroup[] {
  return Array.from({ length: count }, (_, i) => group(`${siteId}.g-${String(i).padStart(4, '0')}`));
}
