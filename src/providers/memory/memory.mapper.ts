import { publicId } from '../../domain/ids.js';
import { directionTo, oppositeSite } from '../../domain/dr-action.js';
import type {
  Location,
  ProtectedInstance,
  ProtectionGroup,
  RecoveryPlan,
  ReplicationPair,
} from '../../domain/inventory.js';
import { meaningOf } from '../../domain/lifecycle.js';
import type {
  JobObservation,
  JobState,
  OperationStep,
  Prompt,
  ResourceFacts,
} from '../../domain/observation.js';
import type { PlannedInstance } from '../../domain/plan-parts.js';
import { isoTime } from '../../platform/clock.js';
import { memoryDescriptor } from './memory.descriptor.js';
import { isAsking, shareDone, type MemoryJob } from './memory.job.js';
import type { MemoryGroup, MemoryMachine, MemoryPlan } from './memory.seed.js';
import type { MemoryWorld } from './memory.world.js';

const PRODUCTION: Location = { id: 'home', name: 'Home' };
const RECOVERY: Location = { id: 'away', name: 'Away' };
const { provider, lifecycle } = memoryDescriptor;

export function groupOf(siteId: string, world: MemoryWorld, group: MemoryGroup): ProtectionGroup {
  const word = world.groupWord(group);
  return {
    id: publicId(siteId, group.id),
    siteId,
    provider,
    name: group.name,
    description: group.description,
    upstream: { id: group.id, state: word },
    state: meaningOf(lifecycle, 'PROTECTION_GROUP', word).state,
    activeSite: group.activeSite,
    production: PRODUCTION,
    recovery: RECOVERY,
    replicationProgressPercent: word === 'guarded' ? 100 : null,
    instanceCount: group.machines.length,
    replicationPairCount: group.machines.length,
    drillCount: null,
    conditions: [],
    createdTime: isoTime(group.createdAt),
    updatedTime: isoTime(group.updatedAt),
  };
}

export function planOf(siteId: string, world: MemoryWorld, plan: MemoryPlan): RecoveryPlan {
  const facts = planFacts(world, plan);
  const job = world.runningOn(plan.id);
  return {
    id: publicId(siteId, plan.id),
    siteId,
    provider,
    name: plan.name,
    description: null,
    upstream: { id: plan.id, state: facts.word },
    state: facts.state,
    activeSite: facts.activeSite,
    nextDirection: facts.nextDirection,
    production: PRODUCTION,
    recovery: RECOVERY,
    implicit: false,
    protectionGroupIds: plan.groupIds.map((id) => publicId(siteId, id)),
    progressPercent: job ? percentOf(job, world.now) : null,
    conditions: [],
  };
}

export function planFacts(world: MemoryWorld, plan: MemoryPlan): ResourceFacts {
  const word = world.planWord(plan);
  const site = world.planSite(plan);
  const { state } = meaningOf(lifecycle, 'RECOVERY_PLAN', word);
  return {
    exists: true,
    name: plan.name,
    state,
    word,
    activeSite: site,
    nextDirection: directionTo(oppositeSite(site)),
  };
}

export function groupFacts(world: MemoryWorld, group: MemoryGroup): ResourceFacts {
  const word = world.groupWord(group);
  const { state } = meaningOf(lifecycle, 'PROTECTION_GROUP', word);
  return {
    exists: true,
    name: group.name,
    state,
    word,
    activeSite: group.activeSite,
    nextDirection: directionTo(oppositeSite(group.activeSite)),
  };
}

/** A resource that is not there. */
export const ABSENT: ResourceFacts = {
  exists: false,
  name: null,
  state: 'UNKNOWN',
  word: '',
  activeSite: null,
  nextDirection: null,
};

export function instanceFacts(
  world: MemoryWorld,
  at: { group: MemoryGroup; machine: MemoryMachine },
): ResourceFacts {
  const word = world.machineWord(at);
  const { state } = meaningOf(lifecycle, 'PROTECTED_INSTANCE', word);
  return { ...groupFacts(world, at.group), name: at.machine.name, state, word };
}

export function instanceOf(
  siteId: string,
  group: ProtectionGroup,
  machine: MemoryMachine,
): ProtectedInstance {
  const id = `${group.upstream.id}:${machine.id}`;
  const word = machine.word ?? group.upstream.state;
  return {
    id: publicId(siteId, id),
    siteId,
    provider,
    name: machine.name,
    upstream: { id, state: word },
    protectionGroupId: group.id,
    state: meaningOf(lifecycle, 'PROTECTED_INSTANCE', word).state,
    productionInstanceId: `home-${machine.id}`,
    recoveryInstanceId: `away-${machine.id}`,
    conditions: [],
  };
}

export function plannedOf(instance: ProtectedInstance, recoveryPlanId: string): PlannedInstance {
  const { id, siteId: site, name, protectionGroupId, state, conditions, upstream } = instance;
  return {
    id,
    siteId: site,
    provider,
    name,
    recoveryPlanId,
    protectionGroupId,
    state,
    priority: null,
    startupAction: null,
    dependsOn: [],
    conditions,
    upstream,
  };
}

export function pairOf(siteId: string, group: ProtectionGroup, machine: MemoryMachine): ReplicationPair {
  const id = `${group.upstream.id}:${machine.id}:disk`;
  return {
    id: publicId(siteId, id),
    siteId,
    provider,
    name: `${machine.name}-disk`,
    upstream: { id, state: group.upstream.state },
    protectionGroupId: group.id,
    state: group.state,
    progressPercent: group.replicationProgressPercent,
    productionVolumeId: `home-${machine.id}-disk`,
    recoveryVolumeId: `away-${machine.id}-disk`,
    sizeGigabytes: 40,
    protectedInstanceIds: [publicId(siteId, `${group.upstream.id}:${machine.id}`)],
    conditions: [],
  };
}

const JOB_STATES = { DONE: 'SUCCEEDED', FAILED: 'FAILED', STOPPED: 'CANCELLED' } as const satisfies Record<
  string,
  JobState
>;

/** null = the world does not know it. */
export function jobOf(id: string, job: MemoryJob | null, now: number): JobObservation {
  if (!job) return { id, state: 'GONE', word: null, progressPercent: null, error: null };
  return {
    id,
    state: job.ended ? JOB_STATES[job.ended] : 'RUNNING',
    word: job.ended ? job.ended.toLowerCase() : 'at-work',
    progressPercent: percentOf(job, now),
    error: job.ended === 'FAILED' && job.failure ? { ...job.failure } : null,
    ...(job.endedAt === null ? {} : { endedTime: isoTime(job.endedAt) }),
  };
}

export function promptsOf(job: MemoryJob | null, now: number): Prompt[] {
  if (!job || !isAsking(job, now)) return [];
  return [{ id: `${job.id}-question`, text: job.question ?? '', raisedTime: null }];
}

const STEPS = ['Prepare', 'Carry out', 'Settle'];
const STEP_AFTER = { DONE: 'SUCCEEDED', FAILED: 'FAILED', STOPPED: 'CANCELLED' } as const;

/** Every piece of work has three steps of equal length. */
export function stepsOf(job: MemoryJob | null, now: number): OperationStep[] {
  if (!job) return [];
  const done = shareDone(job, now) * STEPS.length;
  const current = Math.min(Math.floor(done), STEPS.length - 1);
  return STEPS.map((title, index) => {
    const state = index < current ? 'SUCCEEDED' : index === current ? 'RUNNING' : 'PENDING';
    return {
      id: String(index + 1),
      title,
      state: state === 'RUNNING' && job.ended ? STEP_AFTER[job.ended] : state,
      progressPercent: Math.round(Math.min(1, Math.max(0, done - index)) * 100),
    };
  });
}

function percentOf(job: MemoryJob, now: number): number {
  return Math.floor(shareDone(job, now) * 100);
}
