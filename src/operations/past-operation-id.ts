import { createHash } from 'node:crypto';
import type { PastRun } from '../domain/past-run.js';

/**
 * The same whenever and by whomever the run is taken over. A UUID of version 8: the start in milliseconds, as in version
 * 7, so that it stands among the others in order of time, then a digest of what the site calls the run.
 */
export function pastOperationId(siteId: string, run: PastRun): string {
  const { id, action, targetName, startedTime } = run;
  const startMs = Math.max(0, Date.parse(startedTime));
  // A target may be called otherwise by the next time: its name counts only where the report has no id of its own.
  const name = [siteId, id, id === '' ? targetName : '', action, startMs].join('\n');
  const hex = createHash('sha256').update(name).digest('hex');
  const time = startMs.toString(16).padStart(12, '0').slice(-12);
  const variant = ((Number.parseInt(hex.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  const uuid = [
    time.slice(0, 8),
    time.slice(8),
    `8${hex.slice(0, 3)}`,
    `${variant}${hex.slice(4, 7)}`,
    hex.slice(7, 19),
  ].join('-');
  return `${siteId}.${uuid}`;
}

/** Whether an operation was taken over from the history of its site. */
export function isPastOperation(id: string): boolean {
  return /\.[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-/.test(id);
}
