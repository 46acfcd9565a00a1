import { isDeepStrictEqual } from 'node:util';
import type { OperationEvent } from '../domain/operation-event.js';
import { packed, unpacked } from '../platform/packed.js';

/** What a stream of events of its own has come to, once the operation has ended: a hundred bytes or two in its record. */
export interface FoldedEvents {
  /** Oldest first, with the places that they have in the shard's stream. */
  events: (readonly [offset: string, event: OperationEvent])[];
  /** Of the request that asked for it, as the record had it; null = it has no key. */
  keyHash: string | null;
}

/**
 * One event: its place and its time, in milliseconds after those of the one before it (before the first: 0, and its own
 * place), its type without `operation.`, its text, and what is not as in most events.
 */
type Row = [placeMs: number, count: number, timeMs: number, type: string, text: string, other?: Unusual];

interface Unusual {
  /** How far the version went on, if not by one. */
  by?: number;
  state?: OperationEvent['state'];
  outcome?: OperationEvent['outcome'];
  /** If it is another one than before. */
  progress?: number | null;
}

type Kept = [rows: Row[], keyHash?: string | null] | FoldedEvents;

const OF_A_TYPE: Partial<Record<OperationEvent['type'], OperationEvent['state']>> = {
  'operation.accepted': 'PENDING',
  'operation.submitting': 'SUBMITTING',
  'operation.started': 'RUNNING',
  'operation.progressed': 'RUNNING',
  'operation.waiting-for-input': 'WAITING_FOR_INPUT',
  'operation.reconciling': 'RECONCILING',
  'operation.unknown': 'UNKNOWN',
  'operation.cancelling': 'CANCELLING',
  'operation.succeeded': 'SUCCEEDED',
  'operation.failed': 'FAILED',
  'operation.cancelled': 'CANCELLED',
  'operation.rejected': 'REJECTED',
};

/** What is kept was compressed with exactly this: another text needs another mark. */
const USUAL = Buffer.from(
  [
    ...['"failover"],[', '"plannedFailover"],[', '"reprotect"],[', '"The upstream says ', '{"progress":'],
    ...['"restored","', '"imported","', '"delayed","', '"waiting-for-input","', '"reconciling","'],
    ...['"unknown","', '"cancelling","', '"rejected","', '"cancelled","', '{"outcome":"PARTIAL"}]]]'],
    ...['"progressed","The upstream says nothing yet, ', ' %.",{"progress":'],
    ...['"failed","The upstream says that it failed.",{"outcome":"NONE","progress":100}]]]'],
    ...['[[[17', ',0,0,"accepted"," asked for it."],[', ',0,', ',"submitting","', '"],[', ',0,'],
    ...[',"started","The upstream accepted it."],[', ',0,', ',"succeeded","'],
    ...['The work is done, and the target is where it should be.', '",{"outcome":"FULL","progress":100}]]]'],
  ].join(''),
);

/** The first byte. A key is a SHA-256, which nothing makes shorter. */
const WITHOUT_KEY = 1;
const WITH_KEY = 2;
const DIGEST = /^[0-9a-f]{64}$/;

/** Loses nothing: what cannot be told in fewer words is kept as it is. */
export function writeFolded(operationId: string, folded: FoldedEvents): Buffer {
  const { keyHash } = folded;
  const isDigest = keyHash !== null && DIGEST.test(keyHash);
  const rows = rowsOf(folded.events);
  const same = isDeepStrictEqual(eventsIn(operationId, rows), folded.events);
  const kept: Kept = same ? (isDigest ? [rows] : [rows, keyHash]) : folded;
  return isDigest
    ? Buffer.concat([Buffer.of(WITH_KEY), Buffer.from(keyHash, 'hex'), packed(kept, USUAL)])
    : Buffer.concat([Buffer.of(WITHOUT_KEY), packed(kept, USUAL)]);
}

/** Throws when it is nothing that `writeFolded` wrote, now or in the days before there were marks. */
export function readFolded(operationId: string, bytes: Buffer): FoldedEvents {
  const hasKey = bytes[0] === WITH_KEY;
  if (!hasKey && bytes[0] !== WITHOUT_KEY) return unpacked<FoldedEvents>(bytes);
  const kept = unpacked<Kept>(bytes.subarray(hasKey ? 33 : 1), USUAL);
  if (!Array.isArray(kept)) return kept;
  const [rows, keyHash = null] = kept;
  return {
    events: eventsIn(operationId, rows),
    keyHash: hasKey ? bytes.subarray(1, 33).toString('hex') : keyHash,
  };
}

function rowsOf(events: FoldedEvents['events']): Row[] {
  let before = { placeMs: 0, timeMs: NaN, sequence: 0, progressPercent: null as number | null };
  return events.map(([offset, event]) => {
    const { type, sequence, state, outcome, progressPercent } = event;
    const [placeMs = 0, count = 0] = offset.split('-').map(Number);
    const timeMs = Date.parse(event.time);
    const other: Unusual = {
      ...(sequence === before.sequence + 1 ? {} : { by: sequence - before.sequence }),
      ...(state === OF_A_TYPE[type] ? {} : { state }),
      ...(outcome === null ? {} : { outcome }),
      ...(progressPercent === before.progressPercent ? {} : { progress: progressPercent }),
    };
    const row = [
      placeMs - before.placeMs,
      count,
      timeMs - (Number.isNaN(before.timeMs) ? placeMs : before.timeMs),
      type.slice('operation.'.length),
      event.text,
    ] as const;
    before = { placeMs, timeMs, sequence, progressPercent };
    return Object.keys(other).length === 0 ? [...row] : [...row, other];
  });
}

function eventsIn(operationId: string, rows: readonly Row[]): FoldedEvents['events'] {
  let before = { placeMs: 0, timeMs: NaN, sequence: 0, progressPercent: null as number | null };
  return rows.map(([place, count, time, name, text, other = {}]) => {
    const placeMs = before.placeMs + place;
    const timeMs = (Number.isNaN(before.timeMs) ? placeMs : before.timeMs) + time;
    const type = `operation.${name}` as OperationEvent['type'];
    const event: OperationEvent = {
      type,
      operationId,
      sequence: before.sequence + (other.by ?? 1),
      time: timeIn(timeMs),
      state: other.state ?? OF_A_TYPE[type] ?? 'PENDING',
      outcome: other.outcome ?? null,
      progressPercent: other.progress === undefined ? before.progressPercent : other.progress,
      text,
    };
    before = { placeMs, timeMs, sequence: event.sequence, progressPercent: event.progressPercent };
    return [`${placeMs}-${count}`, event] as const;
  });
}

/** '' for what is no time: it is not the same then as what was to be kept. */
function timeIn(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
