import type { Decision } from '../domain/access/decision.js';

/** How far a chain goes: its last entry, by number and MAC. */
export interface Head {
  writer: string;
  sequence: number;
  mac: string;
  time: string;
}

/** What every entry of a chain carries. A writer is one run of one process; each has a chain of its own. */
export interface Link {
  writer: string;
  /** From 1, without a gap. */
  sequence: number;
  /** Never earlier than that of the entry before, whatever the clock does. */
  time: string;
  /** Up to here the chain was synced when this entry was written: what a power failure cannot have taken. */
  durable: number;
  /** MAC of the entry before; empty for the first. */
  previous: string;
}

/** Of the chain itself: where it begins and how far the others were then, and its orderly end. */
export type Bookkeeping = { kind: 'OPENED'; keyId: string; heads: readonly Head[] } | { kind: 'CLOSED' };

/** One decision, or several refusals of one kind that were counted instead of written one by one. */
export type Recorded = Decision & { count: number };

export type Content = Recorded | Bookkeeping;

export type AuditEntry = Link & Content;

export function isRecorded(entry: AuditEntry): entry is Link & Recorded {
  return entry.kind !== 'OPENED' && entry.kind !== 'CLOSED';
}
