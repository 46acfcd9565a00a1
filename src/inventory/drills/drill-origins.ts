import type { DrillRecord, Leftover } from '../../domain/drill.js';
import type { Drill } from '../../domain/inventory.js';
import type { Operation } from '../../domain/operation.js';
import type { DrillLeftover } from '../../providers/provider-driver.js';
import { isoTime } from '../../platform/clock.js';

/** What operations tell of a drill: newest first, of the drill's plan. */
export interface PlanWork {
  starts: readonly Operation[];
  cleanUps: readonly Operation[];
}

/** What is known to have been before a drill: RFC 3339, null = nothing. */
export interface Before {
  /** When another drill under the same id was last there. */
  sameId: string | null;
  /** When the plan's last drill ended. */
  samePlan: string | null;
}

/** How it began, if an operation of the plan tells: by the drill that it made, or because nothing ended it since. */
export function withStart(
  record: DrillRecord,
  work: PlanWork,
  before: Before,
  dueAfterMs: number,
): DrillRecord {
  const start = startOf(record.drill, work, before);
  if (!start) return record;
  const startedTime = start.startedTime ?? start.createdTime;
  return {
    ...record,
    startedTime,
    startedBy: start.requestedBy,
    operationId: start.id,
    dueTime: start.command.drillDueTime ?? isoTime(Date.parse(startedTime) + dueAfterMs),
    chosenNetworkId: start.command.options.drillNetworkId ?? null,
  };
}

function startOf({ id }: Drill, { starts, cleanUps }: PlanWork, before: Before): Operation | undefined {
  const made = starts.find(
    ({ result, createdTime }) => result?.drillId === id && isAfter(createdTime, before.sameId),
  );
  if (made) return made;
  const ends = cleanUps.filter(({ state }) => state === 'SUCCEEDED').map(({ endedTime }) => endedTime);
  return starts.find(
    (start) =>
      begins(start) &&
      !start.result?.drillId &&
      [before.samePlan, before.sameId, ...ends].every((end) => isAfter(start.createdTime, end)),
  );
}

/** Whether it began anything at the upstream, as far as is known. */
function begins({ state, outcome }: Operation): boolean {
  return state !== 'PENDING' && state !== 'REJECTED' && outcome !== 'NONE';
}

function isAfter(time: string, other: string | null): boolean {
  return other === null || time >= other;
}

/** How it ended, and what of it is left as far as it is known without asking. */
export function withEnd(
  record: DrillRecord,
  { cleanUps }: PlanWork,
  endedMs: number,
  leftBehind: readonly DrillLeftover[],
): DrillRecord {
  const cleanUp = cleanUps.find((one) => begins(one) && isAfter(one.createdTime, record.startedTime));
  return {
    ...record,
    // The next drill of the plan may have begun before a look missed this one.
    endedTime: cleanUp?.endedTime ?? isoTime(endedMs),
    endedBy: cleanUp?.requestedBy ?? null,
    cleanUpOperationId: cleanUp?.id ?? null,
    leftovers: [...factsLeft(record, leftBehind), ...troubles(cleanUp)],
  };
}

function factsLeft(
  { drill, chosenNetworkId }: DrillRecord,
  leftBehind: readonly DrillLeftover[],
): Leftover[] {
  return leftBehind.flatMap(({ fact, text, remedy }) => {
    const value = drill.upstream[fact];
    if (typeof value !== 'string' || value === '' || value === chosenNetworkId) return [];
    return [{ key: fact, severity: 'INFO', text: text.replace('{}', value), remedy }];
  });
}

function troubles(cleanUp: Operation | undefined): Leftover[] {
  // Nobody looked at what was done outside while it went on.
  if (cleanUp?.origin !== 'GATEWAY') return [];
  const forced =
    cleanUp.command.options.forced === true ? ['It was forced: what could not be removed was left.'] : [];
  return [...forced, ...cleanUp.warnings].map((text, index) => ({
    key: `clean-up-${index}`,
    severity: 'WARNING',
    text,
    remedy: 'Look at the recovery site, and remove what the drill left there.',
  }));
}
