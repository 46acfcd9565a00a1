import { publicId } from '../../domain/ids.js';
import type { Concern, FindingTarget } from '../../domain/site-finding.js';
import { promptsOf } from './memory.mapper.js';
import type { MemoryGroup, MemoryPlan } from './memory.seed.js';
import type { MemoryWorld } from './memory.world.js';

/** What groups and plans do not say of themselves: broken machines among sound ones, and questions that wait. */
export function concernsIn(siteId: string, world: MemoryWorld): Concern[] {
  return [
    ...[...world.groups.values()].flatMap((group) => brokenMachines(siteId, group)),
    ...[...world.plans.values()].flatMap((plan) => questions(siteId, world, plan)),
  ];
}

function brokenMachines(siteId: string, group: MemoryGroup): Concern[] {
  if (group.word !== 'guarded') return [];
  const within = { type: 'PROTECTION_GROUP', id: publicId(siteId, group.id) } as const;
  return group.machines
    .filter(({ word }) => word === 'broken')
    .map(({ id, name }) => ({
      type: 'NOT_REALLY_PROTECTED',
      severity: 'CRITICAL',
      target: { type: 'PROTECTED_INSTANCE', id: publicId(siteId, `${group.id}:${id}`), name, within },
      detailKey: '',
      text: `The machine ${name} is broken, and its group ${group.name} is guarded all the same.`,
      remedy: `Let go of ${name} and take it in again.`,
      sinceTime: null,
    }));
}

function questions(siteId: string, world: MemoryWorld, plan: MemoryPlan): Concern[] {
  const target: FindingTarget = { type: 'RECOVERY_PLAN', id: publicId(siteId, plan.id), name: plan.name };
  return promptsOf(world.runningOn(plan.id), world.now).map(({ id, text }) => ({
    type: 'PROMPT_WAITING',
    severity: 'WARNING',
    target,
    detailKey: id,
    text: `A run of ${plan.name} asks: ${text}`,
    remedy: 'Answer the question, or stop the run.',
    sinceTime: null,
  }));
}
