import { setImmediate as breath } from 'node:timers/promises';
import { cloudEvent } from './cloud-event.js';
import type { FedEvent } from './event-feed.js';
import { filterKey, isWanted, type EventFilter, type EventSubject } from './event-subject.js';
import type { LiveEvent, LiveListener } from './live-feed.js';
import type { LivePlace } from './live-place.js';

/** Some ten milliseconds: what else the process has to do waits no longer. */
const MOST_TOLD_AT_ONCE = 2_000;

/** An event, whose it is, and the place after it. */
export interface News {
  fed: FedEvent;
  subject: EventSubject;
  place: LivePlace;
}

/** Listeners who want the same. */
interface Row {
  filter: EventFilter;
  listeners: Set<LiveListener>;
}

/** Who listens in this process, in rows: what nobody wants is not written out, what many want is written out once. */
export class LiveAudience {
  /** By operation; '' = those who want more than one. */
  private readonly rows = new Map<string, Map<string, Row>>();

  isEmpty(): boolean {
    return this.rows.size === 0;
  }

  /** Until the returned function is called. */
  add(filter: EventFilter, listener: LiveListener): () => void {
    const about = filter.operationId ?? '';
    const key = filterKey(filter);
    const rows = this.rows.get(about) ?? new Map<string, Row>();
    const row = rows.get(key) ?? { filter, listeners: new Set() };
    row.listeners.add(listener);
    rows.set(key, row);
    this.rows.set(about, rows);
    return () => {
      row.listeners.delete(listener);
      if (row.listeners.size > 0 || rows.get(key) !== row) return;
      rows.delete(key);
      if (rows.size === 0 && this.rows.get(about) === rows) this.rows.delete(about);
    };
  }

  /** Whoever comes meanwhile is told nothing of these, nor is who leaves. */
  async tell(news: readonly News[]): Promise<void> {
    let told = 0;
    for (const { row, listeners, events } of this.shares(news)) {
      for (const listener of listeners) {
        if (!row.listeners.has(listener)) continue;
        listener.events(events);
        told += 1;
        if (told % MOST_TOLD_AT_ONCE === 0) await breath();
      }
    }
  }

  /** Who is to be told what. */
  private shares(news: readonly News[]): { row: Row; listeners: LiveListener[]; events: LiveEvent[] }[] {
    const made = new Map<News, LiveEvent>();
    const event = (one: News): LiveEvent => {
      const known = made.get(one) ?? eventOf(one);
      made.set(one, known);
      return known;
    };
    const about = new Map<string, News[]>([['', [...news]]]);
    for (const one of news) {
      const { operationId } = one.fed.event;
      if (this.rows.has(operationId)) about.set(operationId, [...(about.get(operationId) ?? []), one]);
    }
    return [...about].flatMap(([key, those]) =>
      [...(this.rows.get(key)?.values() ?? [])].flatMap((row) => {
        const events = those.filter((one) => isFor(one, row.filter)).map(event);
        return events.length === 0 ? [] : [{ row, listeners: [...row.listeners], events }];
      }),
    );
  }

  lost(): void {
    const all = [...this.rows.values()].flatMap((rows) => [...rows.values()]);
    for (const { listeners } of all) for (const listener of [...listeners]) listener.lost();
  }
}

function isFor({ fed: { event }, subject }: News, filter: EventFilter): boolean {
  return isWanted(event.operationId, subject, filter) && filter.type?.includes(event.type) !== false;
}

function eventOf({ fed, subject, place }: News): LiveEvent {
  return { fed, place, body: JSON.stringify(cloudEvent(fed, subject)) };
}
