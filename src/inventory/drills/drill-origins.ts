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

/** How it began, if an operation of the plan tells: by the drill that it made, or because nothing ended it since. */
export function withStart(
  record: DrillRecord,
  work: PlanWork,
  previousEnd: string | null,
  dueAfterMs: number,
): DrillRecord {
  const start = startOf(record.drill, work, previousEnd);
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

function startOf(
  { id }: Drill,
  { starts, cleanUps }: PlanWork,
  previousEnd: string | null,
): Operation | undefined {
  const made = starts.find(({ result }) => result?.drillId === id);
  if (made) return made;
  const lastEnd = [
    previousEnd,
    ...cleanUps.flatMap(({ state, endedTime }) => (state === 'SUCCEEDED' ? [endedTime] : [])),
  ]
    .filter((time) => time !== null)
    .sort()
    .at(-1);
  return starts.find(
    ({ result, outcome, createdTime, state }) =>
      !result?.drillId &&
      outcome !== 'NONE' &&
      state !== 'PENDING' &&
      state !== 'REJECTED' &&
      (lastEnd === undefined || createdTime > lastEnd),
  );
}

/** How it ended, and what of it is left as far as it is known without asking. */
export function withEnd(
  record: DrillRecord,
  { cleanUps }: PlanWork,
  endedMs: number,
  leftBehind: readonly DrillLeftover[],
): DrillRecord {
  const cleanUp = cleanUps.find(
    ({ createdTime, state, outcome }) =>
      createdTime >= record.startedTime && state !== 'PENDING' && state !== 'REJECTED' && outcome !== 'NONE',
  );
  return {
    ...record,
    endedTime: isoTime(endedMs),
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
  if (!cleanUp) return [];
  const forced =
    cleanUp.command.options.forced === true ? ['It was forced: what could not be removed was left.'] : [];
  return [...forced, ...cleanUp.warnings].map((text, index) => ({
    key: `clean-up-${index}`,
    severity: 'WARNING',
    text,
    remedy: 'Look at the recovery site, and remove what the drill left there.',
  }));
}
