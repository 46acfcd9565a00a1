import type { Redis } from 'ioredis';
import { parsePublicId } from '../domain/ids.js';
import { readRecord } from '../domain/operation-schema.js';
import { operationKeys, shardOf } from '../platform/redis/keys.js';
import { subjectOf, subjectUnknown, type EventSubject } from './event-subject.js';

const MOST_KEPT = 20_000;

/**
 * Whose events they are, read from the record once per operation and process: it does not change, and in every event it
 * would cost more than the event itself.
 */
export class EventSubjects {
  /** The one that was wanted longest ago is first. */
  private readonly kept = new Map<string, EventSubject>();

  constructor(private readonly redis: Redis) {}

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
    if (!record) return subjectUnknown(siteId);
    const subject = subjectOf(readRecord(record));
    // What a creation makes has no id at first.
    if (subject.targetId !== null) this.keep(id, subject);
    return subject;
  }

  private keep(id: string, subject: EventSubject): void {
    this.kept.set(id, subject);
    if (this.kept.size <= MOST_KEPT) return;
    const [oldest] = this.kept.keys();
    if (oldest !== undefined) this.kept.delete(oldest);
  }
}
