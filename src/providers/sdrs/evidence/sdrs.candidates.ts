import type { SdrsBaseline } from './sdrs.baseline.js';
import { recordOf } from '../wire/sdrs.fields.js';
import { isMarker } from './sdrs.marker.js';
import type { WireDrill, WireGroup, WireNewGroup } from '../wire/sdrs.wire.js';

/** Which of the things that exist could be what a creating request made. One = it; more = nobody knows. */
export function createdGroups(
  groups: readonly WireGroup[],
  wanted: WireNewGroup | null,
  baseline: SdrsBaseline,
): WireGroup[] {
  if (!wanted) return [];
  if (isMarker(wanted.description)) {
    return groups.filter((group) => group.description === wanted.description);
  }
  // The description is the user's: a group that was not there, with everything as asked.
  return groups.filter(
    (group) =>
      !baseline.sameNamedGroupIds.includes(group.id) &&
      group.name === wanted.name &&
      group.description === wanted.description &&
      group.source_availability_zone === wanted.source_availability_zone &&
      group.target_availability_zone === wanted.target_availability_zone &&
      group.domain_id === wanted.domain_id &&
      group.source_vpc_id === wanted.source_vpc_id,
  );
}

/** Drills bear no mark but their name (section 3.6). */
export function createdDrills(
  drills: readonly WireDrill[],
  wanted: { groupId: string; name: string } | null,
  baseline: SdrsBaseline,
): WireDrill[] {
  if (!wanted) return [];
  return drills.filter(
    (drill) =>
      drill.server_group_id === wanted.groupId &&
      drill.name === wanted.name &&
      !baseline.drillIds.includes(drill.id),
  );
}

export function sentGroup(body: unknown): WireNewGroup | null {
  return recordOf(recordOf(body)?.server_group) as WireNewGroup | null;
}

export function sentDrill(body: unknown): { groupId: string; name: string } | null {
  const drill = recordOf(recordOf(body)?.disaster_recovery_drill);
  return drill ? { groupId: String(drill.server_group_id), name: String(drill.name) } : null;
}
