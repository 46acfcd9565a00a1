import { cloudEvent } from './cloud-event.js';
import type { FedEvent } from './event-feed.js';
import { isWanted, type EventFilter, type EventSubject } from './event-subject.js';
import type { LiveEvent, LiveListener } from './live-feed.js';
import type { LivePlace } from './live-place.js';

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
    const key = JSON.stringify(Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)));
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

  tell(fed: FedEvent, subject: EventSubject, placeAfter: () => LivePlace): void {
    const { operationId, type } = fed.event;
    let told: LiveEvent | null = null;
    for (const about of [operationId, '']) {
      for (const { filter, listeners } of this.rows.get(about)?.values() ?? []) {
        if (!isWanted(operationId, subject, filter) || filter.type?.includes(type) === false) continue;
        told ??= { fed, place: placeAfter(), body: JSON.stringify(cloudEvent(fed, subject)) };
        for (const listener of listeners) listener.event(told);
      }
    }
  }

  lost(): void {
    const all = [...this.rows.values()].flatMap((rows) => [...rows.values()]);
    for (const { listeners } of all) for (const listener of [...listeners]) listener.lost();
  }
}
