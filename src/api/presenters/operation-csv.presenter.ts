import type { Operation } from '../../domain/operation.js';

type Cell = string | number | null | undefined;

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

/** RFC 4180. */
export function csvLine(operation: Operation): string {
  return line(Object.values(COLUMNS).map((of) => cell(of(operation))));
}

function line(cells: string[]): string {
  return `${cells.join(',')}\r\n`;
}

function cell(value: Cell): string {
  const text = String(value ?? '');
  // A spreadsheet would run as a formula what somebody wrote as a reason.
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
