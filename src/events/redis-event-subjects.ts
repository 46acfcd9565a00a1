import type { Redis } from 'ioredis';
import { parsePublicId } from '../domain/ids.js';
import { readRecord } from '../domain/operation-schema.js';
import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/log/throttled.js';
import { operationKeys, shardOf } from '../platform/redis/keys.js';
import { subjectOf, subjectUnknown, type EventSubject } from './event-subject.js';
import type { PastEvents } from './past-events.js';

const MOST_KEPT = 20_000;

/**
 * Whose events they are, read from the record once per operation and process: it does not change, and in every event it
 * would cost more than the event itself.
 */
export class EventSubjects {
  /** The one that was wanted longest ago is first. */
  private readonly kept = new Map<string, EventSubject>();

  private readonly notRead: (error: Error) => void;

  constructor(
    private readonly redis: Redis,
    private readonly past: Pick<PastEvents, 'subjectOf'>,
    log: Log,
  ) {
    this.notRead = throttled(log, 'subject of an event');
  }

  async of(operationIds: Iterable<string>): Promise<ReadonlyMap<string, EventSubject>> {
    const found = await Promise.all(
      [...new Set(operationIds)].map(async (id) => [id, this.known(id) ?? (await this.read(id))] as const),
    );
    return new Map(found);
  }

  private known(id: string): EventSubject | undefined {
    const subject = this.kept.get(id);
    if (!subject) return undefined;
    this.kept.delete(id);
    this.kept.set(id, subject);
    return subject;
  }

  private async read(id: string): Promise<EventSubject> {
    const siteId = parsePublicId(id)?.siteId ?? '';
    const record = await this.redis.hget(operationKeys(shardOf(siteId)).operation(id), 'r');
    const subject = record ? this.subjectIn(id, record) : await this.pastSubject(id);
    // What a creation makes has no id at first.
    if (subject && subject.targetId !== null) this.keep(id, subject);
    return subject ?? subjectUnknown(siteId);
  }

  /** null = there is none, or it is in a part of the archive that cannot be read. */
  private async pastSubject(id: string): Promise<EventSubject | null> {
    try {
      return await this.past.subjectOf(id);
    } catch (error) {
      this.notRead(error as Error);
      return null;
    }
  }

  /** null = the record cannot be read: that is told, and holds up nobody. */
  private subjectIn(id: string, record: string): EventSubject | null {
    try {
      return subjectOf(readRecord(record));
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      this.notRead(new Error(`the record of ${id} cannot be read: ${why}`));
      return null;
    }
  }

  private keep(id: string, subject: EventSubject): void {
    this.kept.set(id, subject);
    if (this.kept.size <= MOST_KEPT) return;
    const [oldest] = this.kept.keys();
    if (oldest !== undefined) this.kept.delete(oldest);
  }
}
