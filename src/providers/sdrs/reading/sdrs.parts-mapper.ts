import { publicId } from '../../../domain/ids.js';
import type {
  Condition,
  Drill,
  DrillState,
  ProtectedInstance,
  ProtectionState,
  ReplicationPair,
} from '../../../domain/inventory.js';
import { meaningOf } from '../../../domain/lifecycle.js';
import type { ResourceFacts } from '../../../domain/observation.js';
import { sdrsDescriptor } from '../sdrs.descriptor.js';
import { listOf, numberOf, percentOf, recordOf, textOf, timeOf } from '../wire/sdrs.fields.js';
import { activeSiteOf, nextDirectionOf } from './sdrs.mapper.js';
import type { WireDrill, WireGroup, WireInstance, WirePair } from '../wire/sdrs.wire.js';

const { provider, lifecycle } = sdrsDescriptor;

export function toProtectedInstance(
  siteId: string,
  groupId: string,
  instance: WireInstance,
): ProtectedInstance {
  const word = textOf(instance.status) ?? '';
  const conditions = partConditions(word, 'One of its two servers was deleted behind the service.');
  if (recordOf(instance.metadata)?.__system__frozen === 'true') {
    conditions.push({ type: 'FROZEN', text: 'The account is frozen; the instance cannot be used.' });
  }
  return {
    id: publicId(siteId, instance.id),
    siteId,
    provider,
    name: textOf(instance.name) ?? instance.id,
    protectionGroupId: publicId(siteId, textOf(instance.server_group_id) ?? groupId),
    state: meaningOf(lifecycle, 'PROTECTED_INSTANCE', word).state,
    productionInstanceId: textOf(instance.source_server),
    recoveryInstanceId: textOf(instance.target_server),
    conditions,
    upstream: {
      id: instance.id,
      state: word,
      progress: percentOf(instance.progress),
      priorityStation: textOf(instance.priority_station),
    },
  };
}

export function toReplicationPair(siteId: string, groupId: string, pair: WirePair): ReplicationPair {
  const word = textOf(pair.status) ?? '';
  const [production = null, recovery = null] = volumesOf(pair);
  return {
    id: publicId(siteId, pair.id),
    siteId,
    provider,
    name: textOf(pair.name) ?? pair.id,
    protectionGroupId: publicId(siteId, textOf(pair.server_group_id) ?? groupId),
    state: meaningOf(lifecycle, 'REPLICATION_PAIR', word).state,
    progressPercent: percentOf(pair.progress),
    productionVolumeId: production,
    recoveryVolumeId: recovery,
    sizeGigabytes: numberOf(pair.record_metadata?.volume_size),
    protectedInstanceIds: listOf(pair.attachment).flatMap(({ protected_instance: id }) =>
      id ? [publicId(siteId, id)] : [],
    ),
    conditions: pairConditions(word, pair),
    upstream: {
      id: pair.id,
      state: word,
      replicationStatus: textOf(pair.replication_status),
      faultLevel: textOf(pair.fault_level),
      priorityStation: textOf(pair.priority_station),
      volumeType: textOf(pair.record_metadata?.volume_type),
      failureDetail: textOf(pair.failure_detail),
    },
  };
}

const DRILL_STATE: Readonly<Partial<Record<ProtectionState, DrillState>>> = {
  DRILL_STARTING: 'STARTING',
  DRILL_ACTIVE: 'ACTIVE',
  DRILL_CLEANING_UP: 'CLEANING_UP',
  ERROR: 'ERROR',
};

export function toDrill(siteId: string, planId: string, drill: WireDrill): Drill {
  const word = textOf(drill.status) ?? '';
  return {
    id: publicId(siteId, drill.id),
    siteId,
    provider,
    name: textOf(drill.name) ?? drill.id,
    recoveryPlanId: publicId(siteId, textOf(drill.server_group_id) ?? planId),
    state: DRILL_STATE[meaningOf(lifecycle, 'DRILL', word).state] ?? 'UNKNOWN',
    createdTime: timeOf(drill.created_at),
    upstream: { id: drill.id, state: word, drillVpcId: textOf(drill.drill_vpc_id) },
  };
}

/** A drill's own words; the direction is its group's, which a drill leaves alone. */
export function factsOfDrill(drill: WireDrill, group: WireGroup | null): ResourceFacts {
  const word = textOf(drill.status) ?? '';
  const activeSite = group && activeSiteOf(group);
  return {
    exists: true,
    name: textOf(drill.name),
    state: meaningOf(lifecycle, 'DRILL', word).state,
    word,
    activeSite,
    nextDirection: nextDirectionOf(activeSite),
  };
}

export function factsOfInstance(instance: WireInstance): ResourceFacts {
  return factsOfPart('PROTECTED_INSTANCE', instance);
}

export function factsOfPair(pair: WirePair): ResourceFacts {
  return factsOfPart('REPLICATION_PAIR', pair);
}

function factsOfPart(
  kind: 'PROTECTED_INSTANCE' | 'REPLICATION_PAIR',
  part: WireInstance | WirePair,
): ResourceFacts {
  const word = textOf(part.status) ?? '';
  const activeSite = activeSiteOf(part);
  return {
    exists: true,
    name: textOf(part.name),
    state: meaningOf(lifecycle, kind, word).state,
    word,
    activeSite,
    nextDirection: nextDirectionOf(activeSite),
  };
}

/** `"5"` in the documents, 5 in a real client's code (quirk 12). */
export function faultLevelOf(pair: WirePair): string {
  return textOf(pair.fault_level) ?? '0';
}

function partConditions(word: string, invalidText: string): Condition[] {
  if (word === 'invalid') return [{ type: 'INVALID', text: invalidText }];
  if (word === 'fault') {
    return [{ type: 'SYNCHRONISATION_FAULT', text: 'The replication between the two sides is disturbed.' }];
  }
  return [];
}

function pairConditions(word: string, pair: WirePair): Condition[] {
  const conditions = partConditions(word, 'One of its two disks was deleted behind the service.');
  const level = faultLevelOf(pair);
  if (level === '2') {
    conditions.push({
      type: 'PRODUCTION_DISK_FAULT',
      text: 'The disk at the active site cannot be read or written; a failover is advised.',
    });
  } else if (level === '5') {
    conditions.push({
      type: 'REPLICATION_LINK_DOWN',
      text: 'The link between the two sides is down; a failover is not possible.',
    });
  }
  const progress = percentOf(pair.progress);
  if (
    word === 'protected' &&
    (pair.replication_status === 'copying' || (progress !== null && progress < 100))
  ) {
    conditions.push({
      type: 'SYNCHRONISING',
      text: `Replicated so far: ${progress ?? 'an untold number of'} %.`,
    });
  }
  const failure = textOf(pair.failure_detail);
  if (word === 'error' && failure !== null) {
    conditions.push({ type: 'CREATION_FAILED', text: `Creating the pair failed with ${failure}.` });
  }
  return conditions;
}

/** Production first, then recovery: two ids in one string (section 3.5). */
export function volumesOf(pair: WirePair): (string | null)[] {
  return (textOf(pair.volume_ids) ?? '').split(',').map((id) => id.trim() || null);
}
