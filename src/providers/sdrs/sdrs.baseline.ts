import type { DrAction } from '../../domain/dr-action.js';
import { listOf, recordOf, textOf, timeOf } from './sdrs.fields.js';
import type { WireDrill, WireFailureJob, WireGroup } from './sdrs.wire.js';

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

export function baselineDrill(drill: WireDrill): SdrsBaseline['drill'] {
  return { id: drill.id, status: textOf(drill.status) };
}

/** How the task center names an action's failure (section 3.9), and whether it lists it inside the group. */
export const FAILURE_OF: Readonly<Partial<Record<DrAction, { status: string; insideGroup: boolean }>>> = {
  CREATE_PROTECTION_GROUP: { status: 'createFail', insideGroup: false },
  DELETE_PROTECTION_GROUP: { status: 'deleteFail', insideGroup: false },
  ENABLE_PROTECTION: { status: 'startFail', insideGroup: false },
  DISABLE_PROTECTION: { status: 'stopFail', insideGroup: false },
  PLANNED_FAILOVER: { status: 'reverseFail', insideGroup: false },
  FAILOVER: { status: 'failoverFail', insideGroup: false },
  REPROTECT: { status: 'reprotectFail', insideGroup: false },
  START_DRILL: { status: 'createFail', insideGroup: true },
  CLEAN_UP_DRILL: { status: 'deleteFail', insideGroup: true },
};

/** What a failure must be about: an id where there was one, else the name that was asked for. */
export type FailureSubject = { id: string } | { name: string; resourceType: RegExp };

export const NEW_GROUP = /group/i;
export const NEW_DRILL = /drill/i;

/** The documented example contradicts its own enums (quirk 17): resource types are compared loosely. */
export function failuresOf(
  jobs: readonly WireFailureJob[],
  status: string,
  subject: FailureSubject,
): WireFailureJob[] {
  return listOf(jobs).filter(
    (job) =>
      job.failure_status === status &&
      textOf(job.job_id) !== null &&
      ('id' in subject
        ? job.resource_id === subject.id
        : job.resource_name === subject.name && subject.resourceType.test(job.resource_type ?? '')),
  );
}

const CLOCK_TOLERANCE_MS = 5_000;

/** Of those, the ones that were not there before. Times are compared only where nothing better was kept. */
export function newFailures(
  failures: readonly WireFailureJob[],
  baseline: SdrsBaseline,
  sentTime: string,
): string[] {
  const known = baseline.failureJobIds;
  const earliest = Date.parse(sentTime) - CLOCK_TOLERANCE_MS;
  return failures
    .filter((job) =>
      known ? !known.includes(job.job_id ?? '') : Date.parse(timeOf(job.begin_time) ?? '') >= earliest,
    )
    .map((job) => job.job_id ?? '');
}
