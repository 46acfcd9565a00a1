import type { Whereabouts } from '../../domain/access/scope.js';
import type { DrillRecord, KeptDrillState, Leftover } from '../../domain/drill.js';
import type { Drill } from '../../domain/inventory.js';
import { isoTime } from '../../platform/clock.js';

/** A due time that somebody set, and when they did. */
export interface MovedDue {
  dueTime: string;
  setBy: string;
  setMs: number;
}

/** What is told of a drill. */
export interface DrillView extends Omit<Drill, 'state'> {
  state: KeptDrillState;
  startedTime: string;
  startedBy: string | null;
  operationId: string | null;
  dueTime: string;
  dueTimeSetBy: string | null;
  overdue: boolean;
  endedTime: string | null;
  endedBy: string | null;
  cleanUpOperationId: string | null;
  /** DRILL: kept with it. SITE: seen at the site by the last inspection. */
  leftovers: (Leftover & { origin: 'DRILL' | 'SITE' })[];
}

/** A drill is seen by whoever sees its plan. */
export function drillWhereabouts({ siteId, recoveryPlanId }: DrillView): Whereabouts {
  return { siteId, targetIds: [recoveryPlanId] };
}

export function viewOf(record: DrillRecord, moved: MovedDue | null, now: number): DrillView {
  const { drill, seenMs: _seenMs, chosenNetworkId: _chosen, leftovers, ...kept } = record;
  // A due time is one drill's: where drills of a plan share an id, the next one begins with its own.
  const due = moved && moved.setMs >= Date.parse(record.startedTime) ? moved : null;
  const dueTime = due?.dueTime ?? record.dueTime;
  return {
    ...drill,
    ...kept,
    state: record.endedTime === null ? drill.state : 'ENDED',
    dueTime,
    dueTimeSetBy: due?.setBy ?? null,
    overdue: record.endedTime === null && now >= Date.parse(dueTime),
    leftovers: leftovers.map((leftover) => ({ ...leftover, origin: 'DRILL' })),
  };
}

/** A drill of which nothing is kept yet: it was just seen for the first time. */
export function newcomer(drill: Drill, seenMs: number, dueAfterMs: number): DrillRecord {
  const startedTime = drill.createdTime ?? isoTime(seenMs);
  return {
    drill,
    seenMs,
    startedTime,
    startedBy: null,
    operationId: null,
    dueTime: isoTime(Date.parse(startedTime) + dueAfterMs),
    chosenNetworkId: null,
    endedTime: null,
    endedBy: null,
    cleanUpOperationId: null,
    leftovers: [],
  };
}
