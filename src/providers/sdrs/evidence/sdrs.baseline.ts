import { recordOf, textOf } from '../wire/sdrs.fields.js';
import type { WireDrill, WireGroup, WireInstance, WirePair } from '../wire/sdrs.wire.js';

/**
 * How things stood before a request was sent, in the vendor's words: what `findStarted` compares with.
 * JSON, kept in the operation's record. Everything that can tell a later change apart without comparing
 * our clock with the upstream's.
 */
export interface SdrsBaseline {
  status: string | null;
  priorityStation: string | null;
  updatedAt: string | null;
  name: string | null;
  instanceCount: number | null;
  pairCount: number | null;
  /** Creations: groups that bore the new one's name already. */
  sameNamedGroupIds: string[];
  /** Drills: those the group had already. */
  drillIds: string[];
  /** The drill that is to be cleaned up. */
  drill: { id: string; status: string | null } | null;
  /** The instance or pair that is to be changed. */
  part: { id: string; status: string | null; updatedAt: string | null } | null;
  /** Creations: instances of the same server, or pairs of the same disk, that there were already. */
  twinIds: string[];
  /** Failed tasks that are to be cleared, and where they are listed: inside a group, or among those of groups. */
  tasks: { groupId: string | null; keys: string[] } | null;
  /** Failures of this action on this target that the task center held already; null = it could not be read. */
  failureJobIds: string[] | null;
}

export const EMPTY_BASELINE: SdrsBaseline = {
  status: null,
  priorityStation: null,
  updatedAt: null,
  name: null,
  instanceCount: null,
  pairCount: null,
  sameNamedGroupIds: [],
  drillIds: [],
  drill: null,
  part: null,
  twinIds: [],
  tasks: null,
  failureJobIds: null,
};

export function baselineOfGroup(group: WireGroup): SdrsBaseline {
  return {
    ...EMPTY_BASELINE,
    status: textOf(group.status),
    priorityStation: textOf(group.priority_station),
    updatedAt: textOf(group.updated_at),
    name: textOf(group.name),
    instanceCount: group.protected_instance_num ?? null,
    pairCount: group.replication_num ?? null,
  };
}

/** As it comes back from a record. */
export function baselineFrom(kept: unknown): SdrsBaseline {
  return { ...EMPTY_BASELINE, ...(recordOf(kept) as Partial<SdrsBaseline> | null) };
}

export function baselinePart(part: WireInstance | WirePair): SdrsBaseline['part'] {
  return { id: part.id, status: textOf(part.status), updatedAt: textOf(part.updated_at) };
}

export function baselineDrill(drill: WireDrill): SdrsBaseline['drill'] {
  return { id: drill.id, status: textOf(drill.status) };
}
