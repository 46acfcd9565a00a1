import type { SdrsBaseline } from './sdrs.baseline.js';
import { recordOf } from '../wire/sdrs.fields.js';
import { isMarker } from './sdrs.marker.js';
import { volumesOf } from '../reading/sdrs.parts-mapper.js';
import type { WireInstance, WireNewInstance, WireNewPair, WirePair } from '../wire/sdrs.wire.js';

/** A server can be in one instance only, a disk in one pair (1305, 1811): these are the ones that have them. */
export function instancesOfServer(instances: readonly WireInstance[], serverId: string): WireInstance[] {
  return instances.filter(({ source_server: a, target_server: b }) => a === serverId || b === serverId);
}

export function pairsOfVolume(pairs: readonly WirePair[], volumeId: string): WirePair[] {
  return pairs.filter((pair) => volumesOf(pair).includes(volumeId));
}

/** Which of them could be what the request made: new, and with our mark, or all that was asked for. */
export function createdInstances(
  instances: readonly WireInstance[],
  wanted: WireNewInstance | null,
  baseline: SdrsBaseline,
): WireInstance[] {
  return wanted ? instancesOfServer(instances, wanted.server_id).filter(isMadeAs(wanted, baseline)) : [];
}

export function createdPairs(
  pairs: readonly WirePair[],
  wanted: WireNewPair | null,
  baseline: SdrsBaseline,
): WirePair[] {
  return wanted ? pairsOfVolume(pairs, wanted.volume_id).filter(isMadeAs(wanted, baseline)) : [];
}

function isMadeAs(wanted: WireNewInstance | WireNewPair, baseline: SdrsBaseline) {
  return (part: WireInstance | WirePair): boolean =>
    part.server_group_id === wanted.server_group_id &&
    !baseline.twinIds.includes(part.id) &&
    part.description === wanted.description &&
    (isMarker(wanted.description) || part.name === wanted.name);
}

export function sentInstance(body: unknown): WireNewInstance | null {
  return recordOf(recordOf(body)?.protected_instance) as WireNewInstance | null;
}

export function sentPair(body: unknown): WireNewPair | null {
  return recordOf(recordOf(body)?.replication) as WireNewPair | null;
}
