import type { Change } from '../../domain/operation-change.js';
import { reduce } from '../../domain/operation-machine.js';
import type { Operation, SubmittedCall } from '../../domain/operation.js';
import type { IdempotencyClaim } from '../operation-store.js';
import type { JournalEntry } from './journal.js';

type RecordEntry = Extract<JournalEntry, { kind: 'RECORD' }>;
type ChangeEntry = Extract<JournalEntry, { kind: 'CHANGE' }>;
type MarkEntry = Extract<JournalEntry, { kind: 'MARK' }>;

/** What the journal knows of one operation. */
export interface JournaledRecord {
  /** The last record, after what upstreams answered since; its version is the store's, or lower. */
  record: Operation;
  /** The key of the request that asked for it; null = none, or it was accepted elsewhere. */
  claim: IdempotencyClaim | null;
  /** The last record exactly as the store had it: a store that has lost nothing has an event of that version and time. */
  stored: Operation;
  /** Of the last entry. */
  time: string;
}

/** Everything of one operation, as it is found in any number of files. */
export interface JournaledHistory {
  last: RecordEntry;
  /** Others of the same version: of a store that has taken one of them back. */
  rivals: RecordEntry[];
  claim: IdempotencyClaim | null;
  changes: ChangeEntry[];
  /** When its requests left. */
  marks: MarkEntry[];
}

export async function journaledRecords(
  entries: AsyncIterable<JournalEntry>,
): Promise<Map<string, JournaledRecord>> {
  const histories = await journaledHistories(entries);
  return new Map([...histories].map(([id, history]) => [id, folded(history)] as const));
}

/** Of what was never recorded here, only answered, nothing can be said: it is left out. */
export async function journaledHistories(
  entries: AsyncIterable<JournalEntry>,
): Promise<Map<string, JournaledHistory>> {
  const histories = new Map<string, JournaledHistory>();
  const changes = new Map<string, ChangeEntry[]>();
  const marks = new Map<string, MarkEntry[]>();
  for await (const entry of entries) {
    if (entry.kind === 'MARK') {
      marks.set(entry.operationId, [...(marks.get(entry.operationId) ?? []), entry]);
      continue;
    }
    if (entry.kind === 'CHANGE') {
      const those = changes.get(entry.operationId);
      if (those) those.push(entry);
      else changes.set(entry.operationId, [entry]);
      continue;
    }
    const { id } = entry.record;
    const before = histories.get(id);
    const claim = before?.claim ?? entry.claim ?? null;
    histories.set(id, { ...latest(before, entry), claim, changes: [], marks: [] });
  }
  for (const [id, history] of histories) {
    history.changes = distinct(changes.get(id) ?? []);
    history.marks = marks.get(id) ?? [];
  }
  return histories;
}

/** Applies what was answered after the record was written down, by the same rules as the store does. */
export function folded({ last, rivals, claim, changes }: JournaledHistory): JournaledRecord {
  return [last, ...rivals]
    .map((one) => foldedUpon(one, claim, changes))
    .reduce((best, one) => (progress(one.record) > progress(best.record) ? one : best));
}

function foldedUpon(
  last: RecordEntry,
  claim: IdempotencyClaim | null,
  changes: readonly ChangeEntry[],
): JournaledRecord {
  let record = last.record;
  for (const { change, time } of changes) {
    if (!isNews(record, change, time >= last.time)) continue;
    record = reduce(record, change, time)?.operation ?? record;
  }
  return {
    record,
    claim,
    stored: last.record,
    time: [last.time, ...changes.map(({ time }) => time)].sort().at(-1) ?? last.time,
  };
}

function latest(
  before: JournaledHistory | undefined,
  entry: RecordEntry,
): Pick<JournaledHistory, 'last' | 'rivals'> {
  if (!before || entry.record.version > before.last.record.version) return { last: entry, rivals: [] };
  const { last, rivals } = before;
  if (entry.record.version < last.record.version) return { last, rivals };
  const others = [last, ...rivals].filter(({ record }) => attemptsOf(record) !== attemptsOf(entry.record));
  return { last: entry, rivals: others };
}

function attemptsOf({ calls }: Operation): string {
  return calls.map(({ attempt }) => attempt?.id ?? '').join(' ');
}

const PROGRESS: Readonly<Record<SubmittedCall['state'], number>> = {
  PENDING: 0,
  REFUSED: 1,
  SENDING: 2,
  AMBIGUOUS: 3,
  ACCEPTED: 4,
};

/** How much of it may have arrived upstream: of two that cannot both be so, the one that says more is believed. */
function progress({ calls }: Operation): number {
  return Math.max(0, ...calls.map(({ state }) => PROGRESS[state]));
}

/**
 * An answer names its attempt, and says something to that one only, whenever it was written down. An answer to what
 * people ask of a running operation may name nothing: then it belongs to the last asking, if it came after it.
 */
function isNews(record: Operation, change: Change, isLater: boolean): boolean {
  if (change.kind === 'VERDICT' || change.kind === 'CANCEL_REQUESTED') {
    // It was to end before it was sent: what was sent all the same has another end.
    return record.state === 'PENDING' && isLater;
  }
  if (!('attemptId' in change)) return ('overBy' in change && change.overBy !== undefined) || isLater;
  const call = record.calls.find(({ attempt }) => attempt?.id === change.attemptId);
  return call?.state === 'SENDING' || (call?.state === 'AMBIGUOUS' && change.kind !== 'AMBIGUOUS');
}

/** An answer is written down as often as the store was tried to be told. */
function distinct(changes: ChangeEntry[]): ChangeEntry[] {
  const seen = new Set<string>();
  return changes
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .filter(({ change }) => {
      const text = JSON.stringify(change);
      return !seen.has(text) && seen.add(text);
    });
}
