import type { Decision } from '../domain/access/decision.js';
import type { Recorded } from './audit-entry.js';

/** Of one that is known, so many a minute are written one by one. */
const OF_PRINCIPAL = 30;
const OF_ADDRESS = 1;
/** Addresses that are told apart within a minute; the rest is counted together. */
const MOST_ADDRESSES = 200;

interface Counted {
  written: number;
  /** The last of those that were not written, and how many there are. */
  last: Decision | null;
  count: number;
}

/**
 * Whoever is refused can ask as often as they like, and must not fill the disk: the first of a minute are written as they
 * come, the others are counted and written as one. `flush` ends a minute.
 */
export class RefusalCounts {
  private counts = new Map<string, Counted>();
  private addresses = 0;

  /** What is to be written now; null = it is counted. */
  now(decision: Decision): Recorded | null {
    const { key, allowed } = this.placeOf(decision);
    const counted = this.counts.get(key) ?? { written: 0, last: null, count: 0 };
    this.counts.set(key, counted);
    if (counted.written < allowed) {
      counted.written += 1;
      return { ...decision, count: 1 };
    }
    counted.last = key === '' ? { ...decision, clientAddress: null } : decision;
    counted.count += 1;
    return null;
  }

  /** A line for each that was counted; it tells of the last one. */
  flush(): Recorded[] {
    const found = [...this.counts.values()];
    this.counts = new Map();
    this.addresses = 0;
    return found.flatMap(({ last, count }) => (last ? [{ ...last, count }] : []));
  }

  private placeOf({ principalId, clientAddress }: Decision): { key: string; allowed: number } {
    if (principalId !== null) return { key: `principal ${principalId}`, allowed: OF_PRINCIPAL };
    const key = `address ${clientAddress ?? ''}`;
    if (!this.counts.has(key)) {
      if (this.addresses >= MOST_ADDRESSES) return { key: '', allowed: 0 };
      this.addresses += 1;
    }
    return { key, allowed: OF_ADDRESS };
  }
}
