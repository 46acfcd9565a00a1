import { Scope } from '../../domain/access/scope.js';
import type { OperationEvent } from '../../domain/operation-event.js';
import { isVerdict, type Operation } from '../../domain/operation.js';
import type { OperationCursor, OperationFilter, OperationPage } from '../../operations/operation-store.js';
import type { Clock } from '../../platform/clock.js';
import { operationKeys } from '../../platform/redis/keys.js';
import type { Head, StatisticsStore } from './redis-statistics-store.js';

/** The history, as far as it is counted. */
export interface CountedHistory {
  find(id: string): Promise<Operation | null>;
  list(filter: OperationFilter, after: OperationCursor | null, pageSize: number): Promise<OperationPage>;
}

type Draft = Pick<Head, 'generation' | 'position'>;
type Entry = [offset: string, fields: string[]];

const EVENTS_AT_ONCE = 500;
const RECORDS_AT_ONCE = 200;
/** Of a stream that is as long as this, the beginning may be gone. */
const PERHAPS_TRIMMED = 90_000;
/** Who counts and is not heard of for so long is gone. */
const COUNTING_TTL_MS = 120_000;
/** Part of the history could not be read: a file may be back, or another machine has it. Twice as long after each time, … */
const RETRY_AFTER_MS = 3_600_000;
/** … up to a day: all of the history is read for it. */
const RETRY_AT_LAST_MS = 24 * 3_600_000;
/** Stretches of what ended meanwhile that are counted before it is published, as long as they are long. */
const MOST_STRETCHES = 5;

/**
 * Counts what has ended, each operation once: the position in the stream is written together with what was counted, so
 * that a stretch that is read twice, by whomever, is counted once. What the stream does not show any more is counted anew
 * from the records, beside the statistics that are read.
 */
export class StatisticsCounting {
  constructor(
    private readonly store: StatisticsStore,
    private readonly history: CountedHistory,
    private readonly clock: Clock,
  ) {}

  /** Counts what the stream of the shard has beyond the position. False = it is to be counted anew first. */
  async catchUp(shard: number): Promise<boolean> {
    for (;;) {
      const head = await this.store.head(shard);
      if (!head) return false;
      const stretch = await this.after(shard, head.position);
      if (stretch === 'TRIMMED') return false;
      const to = stretch.at(-1)?.[0];
      if (to === undefined)
        return head.wanted === null && (head.retryMs === null || this.clock.now() < head.retryMs);
      const records = await Promise.all([...endedIn(stretch)].map((id) => this.history.find(id)));
      const ended = records.filter((record) => record !== null);
      await this.store.add(shard, 'HEAD', head, to, ended);
    }
  }

  /**
   * Counts the shard anew from the records of these sites, and lets the result take the place of what was there. What ends
   * meanwhile is counted last, by what the stream says: `catchUp` has only the moments since then to read, however long
   * this took. False = somebody else does it, or was first.
   */
  async countAnew(shard: number, siteIds: readonly string[]): Promise<boolean> {
    if (!(await this.store.beginCounting(shard, COUNTING_TTL_MS))) return false;
    try {
      const before = await this.store.head(shard);
      const wanted = await this.store.wanted(shard);
      const position = await this.store.newest(operationKeys(shard).events);
      const draft = await this.store.beginDraft(shard);
      const since = new EndedSince((offset) => this.after(shard, offset), position);
      let lacks = false;
      for (const siteId of siteIds) lacks = (await this.countSite(shard, siteId, draft, since)) || lacks;
      await this.countSince(shard, draft, since);
      const { generation } = draft;
      const next = { generation, position: since.position, ...this.retry(before, lacks) };
      const isPublished = await this.store.publish(shard, before, wanted, next);
      const superseded = isPublished ? before?.generation : generation;
      if (superseded) await this.store.drop(shard, superseded);
      return isPublished;
    } finally {
      await this.store.endCounting(shard);
    }
  }

  private retry(before: Head | null, lacks: boolean): Pick<Head, 'retryMs' | 'lackedTimes'> {
    if (!lacks) return { retryMs: null, lackedTimes: 0 };
    const lackedTimes = (before?.lackedTimes ?? 0) + 1;
    const afterMs = Math.min(RETRY_AFTER_MS * 2 ** (lackedTimes - 1), RETRY_AT_LAST_MS);
    return { retryMs: this.clock.now() + afterMs, lackedTimes };
  }

  /** True = part of the history could not be read. */
  private async countSite(shard: number, siteId: string, draft: Draft, since: EndedSince): Promise<boolean> {
    let lacks = false;
    for (let cursor: OperationCursor | null = null; ;) {
      const filter = { siteId, seen: Scope.ALL, newestFirst: false };
      const page: OperationPage = await this.history.list(filter, cursor, RECORDS_AT_ONCE);
      lacks ||= (page.unreadable?.length ?? 0) > 0;
      await since.readOn();
      const ended = page.items.filter(({ id, state }) => isVerdict(state) && !since.has(id));
      await this.addToDraft(shard, draft, ended);
      if (!page.next) return lacks;
      cursor = page.next;
    }
  }

  private async countSince(shard: number, draft: Draft, since: EndedSince): Promise<void> {
    for (let i = 0; i < MOST_STRETCHES; i += 1) {
      await since.readOn();
      const ids = since.news();
      for (let from = 0; from < ids.length; from += RECORDS_AT_ONCE) {
        const some = ids.slice(from, from + RECORDS_AT_ONCE);
        const records = await Promise.all(some.map((id) => this.history.find(id)));
        await this.addToDraft(
          shard,
          draft,
          records.filter((record) => record !== null),
        );
      }
      if (ids.length <= RECORDS_AT_ONCE) return;
    }
  }

  private async addToDraft(shard: number, draft: Draft, ended: readonly Operation[]): Promise<void> {
    const to = String(Number(draft.position) + 1);
    if (!(await this.store.add(shard, 'DRAFT', draft, to, ended)))
      throw new Error(`the statistics of shard ${shard} are counted by somebody else`);
    draft.position = to;
    await this.store.goOnCounting(shard, COUNTING_TTL_MS);
  }

  private async after(shard: number, position: string): Promise<Entry[] | 'TRIMMED'> {
    const { events } = operationKeys(shard);
    if (position === '0-0') {
      if ((await this.store.length(events)) >= PERHAPS_TRIMMED) return 'TRIMMED';
      return this.store.from(events, '-', EVENTS_AT_ONCE);
    }
    const [last, ...next] = await this.store.from(events, position, EVENTS_AT_ONCE + 1);
    return last?.[0] === position ? next : 'TRIMMED';
  }
}

/** What has ended since an event. Of a record that was read before, it knows, for both are written in one step. */
class EndedSince {
  private readonly ids = new Set<string>();
  private fresh: string[] = [];

  /** @param position offset of the last event that it has read */
  constructor(
    private readonly after: (offset: string) => Promise<Entry[] | 'TRIMMED'>,
    public position: string,
  ) {}

  has(id: string): boolean {
    return this.ids.has(id);
  }

  async readOn(): Promise<void> {
    for (;;) {
      const stretch = await this.after(this.position);
      if (stretch === 'TRIMMED') throw new Error('more has ended than the stream keeps while it was counted');
      const to = stretch.at(-1)?.[0];
      if (to === undefined) return;
      for (const id of endedIn(stretch)) {
        if (this.ids.has(id)) continue;
        this.ids.add(id);
        this.fresh.push(id);
      }
      this.position = to;
    }
  }

  /** What it has read of and was not asked for yet. */
  news(): string[] {
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }
}

function endedIn(stretch: readonly Entry[]): Set<string> {
  const events = stretch.map(([, fields]) => JSON.parse(fields[1] ?? '{}') as OperationEvent);
  return new Set(events.filter(({ state }) => isVerdict(state)).map(({ operationId }) => operationId));
}
