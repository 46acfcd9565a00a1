import type { Operation } from '../../domain/operation.js';
import { csvLine as line, type Cell } from './csv.js';

/** Fixed: spreadsheets and scripts count on the order. New columns go to the end. */
const COLUMNS: Readonly<Record<string, (operation: Operation) => Cell>> = {
  id: ({ id }) => id,
  createdTime: ({ createdTime }) => createdTime,
  endedTime: ({ endedTime }) => endedTime,
  siteId: ({ siteId }) => siteId,
  provider: ({ provider }) => provider,
  action: ({ action }) => action,
  targetType: ({ target }) => target.type,
  targetId: ({ target }) => target.id,
  targetName: ({ target }) => target.name,
  direction: ({ direction }) => direction,
  state: ({ state }) => state,
  outcome: ({ outcome }) => outcome,
  requestedBy: ({ requestedBy }) => requestedBy,
  reason: ({ reason }) => reason,
  totalMs: ({ timings }) => timings.totalMs,
  errorCode: ({ error }) => error?.code,
};

export const CSV_HEADER = line(Object.keys(COLUMNS));

export function csvLine(operation: Operation): string {
  return line(Object.values(COLUMNS).map((of) => of(operation)));
}
