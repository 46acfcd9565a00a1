import { directionTo, oppositeSite, type ActiveSite } from '../../../domain/dr-action.js';
import { publicId } from '../../../domain/ids.js';
import type { Condition, Location, ProtectionGroup, RecoveryPlan } from '../../../domain/inventory.js';
import { meaningOf } from '../../../domain/lifecycle.js';
import type { ResourceFacts } from '../../../domain/observation.js';
import { sdrsDescriptor } from '../sdrs.descriptor.js';
import { numberOf, percentOf, textOf, timeOf } from '../wire/sdrs.fields.js';
import { isMarker } from '../evidence/sdrs.marker.js';
import type { WireGroup } from '../wire/sdrs.wire.js';

const { provider, lifecycle } = sdrsDescriptor;

export function toProtectionGroup(siteId: string, group: WireGroup): ProtectionGroup {
  return {
    ...sharedPart(siteId, group),
    replicationProgressPercent: percentOf(group.progress),
    instanceCount: numberOf(group.protected_instance_num),
    replicationPairCount: numberOf(group.replication_num),
    drillCount: numberOf(group.disaster_recovery_drill_num),
    createdTime: timeOf(group.created_at),
    updatedTime: timeOf(group.updated_at),
  };
}

/** The plan that a group is to the rest of the house: same id, one group. */
export function toImplicitPlan(siteId: string, group: WireGroup): RecoveryPlan {
  const shared = sharedPart(siteId, group);
  return {
    ...shared,
    nextDirection: nextDirectionOf(shared.activeSite),
    implicit: true,
    protectionGroupIds: [shared.id],
    progressPercent: null,
  };
}

/** An absent state is no state of its own; callers decide before whether such an answer can be used. */
export function factsOfGroup(group: WireGroup): ResourceFacts {
  const word = textOf(group.status) ?? '';
  const activeSite = activeSiteOf(group);
  return {
    exists: true,
    name: textOf(group.name),
    state: meaningOf(lifecycle, 'PROTECTION_GROUP', word).state,
    word,
    activeSite,
    nextDirection: nextDirectionOf(activeSite),
  };
}

export const GONE: ResourceFacts = {
  exists: false,
  name: null,
  state: 'UNKNOWN',
  word: '',
  activeSite: null,
  nextDirection: null,
};

/** Of a group, or of what it holds: parts repeat their group's station. */
export function activeSiteOf({
  priority_station: station,
}: Pick<WireGroup, 'priority_station'>): ActiveSite | null {
  if (station === 'source') return 'PRODUCTION';
  return station === 'target' ? 'RECOVERY' : null;
}

export function nextDirectionOf(activeSite: ActiveSite | null): RecoveryPlan['nextDirection'] {
  return activeSite && directionTo(oppositeSite(activeSite));
}

function sharedPart(siteId: string, group: WireGroup) {
  const description = textOf(group.description);
  const facts = factsOfGroup(group);
  return {
    id: publicId(siteId, group.id),
    siteId,
    provider,
    name: facts.name ?? group.id,
    description: description !== null && isMarker(description) ? null : description,
    state: facts.state,
    activeSite: facts.activeSite,
    // The zones stay where they were at creation, wherever production runs (section 3.3).
    production: zone(group.source_availability_zone),
    recovery: zone(group.target_availability_zone),
    conditions: conditionsOf(group),
    upstream: {
      id: group.id,
      state: facts.word,
      priorityStation: textOf(group.priority_station),
      domainId: textOf(group.domain_id),
      domainName: textOf(group.domain_name),
      sourceVpcId: textOf(group.source_vpc_id),
      targetVpcId: textOf(group.target_vpc_id),
      drType: textOf(group.dr_type),
      serverType: textOf(group.server_type),
      protectionType: textOf(group.protection_type),
    },
  };
}

function zone(name: unknown): Location | null {
  const text = textOf(name);
  return text === null ? null : { id: text, name: text };
}

function conditionsOf(group: WireGroup): Condition[] {
  const conditions: Condition[] = [];
  const progress = percentOf(group.progress);
  if (group.status === 'protected' && progress !== null && progress < 100) {
    conditions.push({
      type: 'SYNCHRONISING',
      text: `Protection is on, but only ${progress} % is replicated so far.`,
    });
  }
  const drills = numberOf(group.disaster_recovery_drill_num) ?? 0;
  if (drills > 0) {
    conditions.push({
      type: 'DRILL_ACTIVE',
      text:
        drills === 1
          ? 'A drill stands and must be cleaned up.'
          : `${drills} drills stand and must be cleaned up.`,
    });
  }
  return conditions;
}
