import { compareOffsets, type FedEvent } from './event-feed.js';
import type { EventSubject } from './event-subject.js';

/** An event that is held, and what was made of it once for all who are told it. */
export interface HeldEvent {
  readonly fed: FedEvent;
  readonly bytes: number;
  subject?: EventSubject;
  /** The CloudEvent as JSON. */
  body?: string;
}

/** The newest of one shard without a hole: everything after `since`. */
interface Run {
  since: string;
  events: HeldEvent[];
}

/** Of an event with its subject and its body, beside its text. */
const BYTES_OF_ONE = 2_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** Cut off together: taking single ones from the front of an array is dear. */
const CUT_AT_ONCE = 0.1;

/**
 * The newest events of all shards, held by this process so that readers who come back together are told from here. Bounded in
 * bytes: the oldest go first. A shard that nothing is known of yet, or that was forgotten, holds nothing.
 */
export class RecentEvents {
  private readonly runs = new Map<number, Run>();
  private bytes = 0;

  constructor(private readonly mostBytes = MOST_BYTES) {}

  /** From now on everything after the offset is told to `add`. Of no effect on a shard that is known. */
  begin(shard: number, offset: string): void {
    if (!this.runs.has(shard)) this.runs.set(shard, { since: offset, events: [] });
  }

  /** What came next, in its order. */
  add(shard: number, events: readonly HeldEvent[]): void {
    const run = this.runs.get(shard);
    if (!run) return;
    for (const event of events) {
      run.events.push(event);
      this.bytes += event.bytes;
    }
    while (this.bytes > this.mostBytes) this.cutOldest();
  }

  /** What came right before the first that is held, in its order; of no effect when that would be too much. */
  addBefore(shard: number, since: string, events: readonly HeldEvent[]): void {
    const run = this.runs.get(shard);
    if (!run) return;
    const more = events.reduce((sum, { bytes }) => sum + bytes, 0);
    if (this.bytes + more > this.mostBytes) return;
    run.events = [...events, ...run.events];
    run.since = since;
    this.bytes += more;
  }

  /** The stream is another one. */
  forget(shard: number): void {
    for (const { bytes } of this.runs.get(shard)?.events ?? []) this.bytes -= bytes;
    this.runs.delete(shard);
  }

  /** After which everything is held; null = the shard is not known. */
  since(shard: number): string | null {
    return this.runs.get(shard)?.since ?? null;
  }

  hasRoom(): boolean {
    return this.bytes < this.mostBytes * (1 - CUT_AT_ONCE);
  }

  /** Whether all that came after the place is held. */
  covers(shard: number, offset: string): boolean {
    const run = this.runs.get(shard);
    return run !== undefined && compareOffsets(run.since, offset) <= 0;
  }

  /** Whether the place is that of an event which is held, or the one before the first. */
  knows(shard: number, offset: string): boolean {
    const run = this.runs.get(shard);
    if (!run) return false;
    return run.since === offset || run.events[firstAfter(run.events, offset) - 1]?.fed.offset === offset;
  }

  /** After one place, up to another; null = not all of it is held. */
  between(shard: number, from: string, until: string): readonly HeldEvent[] | null {
    const run = this.runs.get(shard);
    if (!run || !this.covers(shard, from)) return null;
    return run.events.slice(firstAfter(run.events, from), firstAfter(run.events, until));
  }

  private cutOldest(): void {
    const runs = [...this.runs.values()].filter(({ events }) => events.length > 0);
    const oldest = runs.reduce<Run | null>(
      (found, run) => (found && !isOlder(run, found) ? found : run),
      null,
    );
    if (!oldest) return;
    const cut = oldest.events.splice(0, Math.max(1, Math.ceil(oldest.events.length * CUT_AT_ONCE)));
    for (const { bytes } of cut) this.bytes -= bytes;
    oldest.since = cut.at(-1)?.fed.offset ?? oldest.since;
  }
}

export function heldEvent(fed: FedEvent, subject?: EventSubject): HeldEvent {
  const bytes = BYTES_OF_ONE + 2 * fed.event.text.length;
  return subject ? { fed, bytes, subject } : { fed, bytes };
}

/** Index of the first event after the place. */
function firstAfter(events: readonly HeldEvent[], offset: string): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = events[middle]?.fed.offset ?? offset;
    if (compareOffsets(at, offset) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isOlder({ events: [one] }: Run, { events: [other] }: Run): boolean {
  return one !== undefined && other !== undefined && compareOffsets(one.fed.offset, other.fed.offset) < 0;
}
