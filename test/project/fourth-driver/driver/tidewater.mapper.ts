import { directionTo, oppositeSite, type ActiveSite } from '../../../../src/domain/dr-action.js';
import { publicId } from '../../../../src/domain/ids.js';
import type {
  Drill,
  DrillState,
  ProtectedInstance,
  ProtectionGroup,
  RecoveryPlan,
} from '../../../../src/domain/inventory.js';
import { meaningOf } from '../../../../src/domain/lifecycle.js';
import type { JobObservation, JobState, ResourceFacts } from '../../../../src/domain/observation.js';
import { tidewaterDescriptor } from './tidewater.descriptor.js';
import type { WireGroup, WireJob, WireShip } from './tidewater.wire.js';

const { provider, lifecycle } = tidewaterDescriptor;

const PORTS: Readonly<Record<string, ActiveSite>> = { home: 'PRODUCTION', away: 'RECOVERY' };
const STAGES: Readonly<Record<string, JobState>> = {
  UNDER_WAY: 'RUNNING',
  DONE: 'SUCCEEDED',
  FAILED: 'FAILED',
};

export const ABSENT: ResourceFacts = {
  exists: false,
  name: null,
  state: 'UNKNOWN',
  word: '',
  activeSite: null,
  nextDirection: null,
};

export function factsOf(group: WireGroup): ResourceFacts {
  const activeSite = PORTS[group.moored] ?? null;
  return {
    exists: true,
    name: group.title,
    state: meaningOf(lifecycle, 'PROTECTION_GROUP', group.phase).state,
    word: group.phase,
    activeSite,
    nextDirection: activeSite && directionTo(oppositeSite(activeSite)),
  };
}

export function toGroup(siteId: string, group: WireGroup): ProtectionGroup {
  return {
    ...shared(siteId, group),
    replicationProgressPercent: null,
    instanceCount: group.ships.length,
    replicationPairCount: null,
    drillCount: null,
    createdTime: group.founded,
    updatedTime: null,
  };
}

/** The plan that a group is: same id, one group. */
export function toPlan(siteId: string, group: WireGroup): RecoveryPlan {
  const plan = shared(siteId, group);
  return {
    ...plan,
    nextDirection: factsOf(group).nextDirection,
    implicit: true,
    protectionGroupIds: [plan.id],
    progressPercent: null,
  };
}

const REHEARSALS: Readonly<Record<string, DrillState>> = {
  gathering: 'STARTING',
  rehearsing: 'ACTIVE',
  littered: 'ERROR',
  sweeping: 'CLEANING_UP',
};

/** A rehearsal is a phase of its group, not a thing of its own. Empty = there is none. */
export function toDrills(siteId: string, group: WireGroup): Drill[] {
  const state = REHEARSALS[group.phase];
  if (!state) return [];
  const id = `${group.id}-rehearsal`;
  return [
    {
      id: publicId(siteId, id),
      siteId,
      provider,
      name: `Rehearsal of ${group.title}`,
      recoveryPlanId: publicId(siteId, group.id),
      state,
      createdTime: null,
      upstream: { id, state: group.phase },
    },
  ];
}

export function toInstance(siteId: string, group: WireGroup, ship: WireShip): ProtectedInstance {
  return {
    id: publicId(siteId, ship.id),
    siteId,
    provider,
    name: ship.title,
    protectionGroupId: publicId(siteId, group.id),
    state: factsOf(group).state,
    productionInstanceId: ship.home,
    recoveryInstanceId: ship.away,
    conditions: [],
    upstream: { id: ship.id, state: group.phase },
  };
}

/** @param job undefined = it is no longer remembered */
export function toJob(id: string, job: WireJob | undefined): JobObservation {
  if (!job) return { id, state: 'GONE', word: null, progressPercent: null, error: null };
  return {
    id,
    state: STAGES[job.stage] ?? 'UNRECOGNIZED',
    word: job.stage,
    progressPercent: job.percent,
    error: job.trouble && { code: job.trouble.code, message: job.trouble.text },
  };
}

function shared(siteId: string, group: WireGroup) {
  const { state, activeSite } = factsOf(group);
  return {
    id: publicId(siteId, group.id),
    siteId,
    provider,
    name: group.title,
    description: group.note,
    state,
    activeSite,
    production: { id: 'home', name: 'Home port' },
    recovery: { id: 'away', name: 'Away port' },
    conditions: [],
    upstream: { id: group.id, state: group.phase, moored: group.moored },
  };
}
