import { NEVER_YOUNGER_MS } from '../../operations/operation-archive.js';
import type { SegmentSummary } from './segment-index.js';
import { madeMs } from './segment-writing.js';

/** Where nobody has told of any segment, and the folder does not show them. */
export const UNREADABLE_FOLDER = 'The folder of the archive';

/**
 * What is said of a file that cannot be read: it may hold whatever had ended long before it was made. Nothing of it is taken
 * out of the store.
 * @param damage a sentence
 */
export function damagedSegment(name: string, damage: string, nowMs: number, bytes = 0): SegmentSummary {
  const untilMs = Math.max(0, (madeMs(name) ?? nowMs) - NEVER_YOUNGER_MS);
  return {
    name,
    first: { createdMs: 0, id: '' },
    last: { createdMs: untilMs, id: '~' },
    endedUntilMs: untilMs,
    count: 0,
    bytes,
    sha256: '',
    siteIds: [],
    moved: true,
    damage,
  };
}
