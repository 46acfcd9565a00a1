import type { Redis } from 'ioredis';
import { operationKeys, shardOf, SHARDS } from '../platform/redis/keys.js';
import { parsePublicId } from '../domain/ids.js';
import { cloudEvent } from './cloud-event.js';
import { compareOffsets, FROM_THE_FIRST, type FedEvent } from './event-feed.js';
import { isWanted, subjectUnknown, type EventFilter, type EventSubject } from './event-subject.js';
import { LiveAudience } from './live-audience.js';
import { LiveFeed, type Following, type LiveEvent, type LiveListener, type Reset } from './live-feed.js';
import type { LivePlace } from './live-place.js';
import type { EventSubjects } from './redis-event-subjects.js';
import type { RedisEventTail } from './redis-event-tail.js';
import { isTrimmed } from './redis-trimming.js';
import { fedEvents } from './stream-entries.js';

const PAGE = 500;

/** Over the streams of the shards: the tail of this process for what is new, the streams themselves for what was. */
export class RedisLiveFeed extends LiveFeed {
  private readonly audience = new LiveAudience();
  /** How far the audience was told; the tail's own place moves a little later. */
  private readonly told: string[] = SHARDS.map(() => FROM_THE_FIRST);
  private isTelling = false;
  /** One batch after the other: a place names what was told of all shards. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly redis: Redis,
    private readonly tail: RedisEventTail,
    private readonly subjects: Pick<EventSubjects, 'of'>,
  ) {
    super();
    tail.listen((shard, events) => {
      const telling = this.last.then(() => this.tell(shard, events));
      this.last = telling.catch(() => undefined);
      return telling;
    });
    tail.whenLost((shard) => {
      this.told[shard] = FROM_THE_FIRST;
      this.audience.lost();
    });
  }

  place(): LivePlace {
    const read = this.tail.places();
    return this.told.map((offset, shard) => later(offset, read[shard] ?? FROM_THE_FIRST));
  }

  toldUntil(): LivePlace | null {
    return this.isTelling ? null : this.place();
  }

  follow(filter: EventFilter, listener: LiveListener): Following {
    return { place: this.place(), leave: this.audience.add(filter, listener) };
  }

  async resetFrom(place: LivePlace, filter: EventFilter): Promise<Reset | null> {
    const now = this.place();
    const found = await Promise.all(
      shardsOf(filter)
        .filter((shard) => place[shard] !== now[shard])
        .map((shard) => this.resetIn(shard, place[shard] ?? FROM_THE_FIRST)),
    );
    return found.find((reset) => reset !== null) ?? null;
  }

  async *between(
    from: LivePlace,
    until: LivePlace,
    filter: EventFilter,
  ): AsyncGenerator<readonly LiveEvent[], void, void> {
    const place = [...from];
    for (const shard of shardsOf(filter)) {
      const last = until[shard] ?? FROM_THE_FIRST;
      for (let after = place[shard] ?? FROM_THE_FIRST; compareOffsets(after, last) < 0;) {
        const begin = after === FROM_THE_FIRST ? '-' : `(${after}`;
        const entries = await this.redis.xrange(operationKeys(shard).events, begin, last, 'COUNT', PAGE);
        const events = fedEvents(shard, entries);
        yield this.wanted(await this.subjectsOf(events), events, place, filter);
        after = entries.length < PAGE ? last : (entries.at(-1)?.[0] ?? last);
        place[shard] = after;
      }
    }
  }

  /** An entry that is there was there all the while: so were those after it. */
  private async resetIn(shard: number, offset: string): Promise<Reset | null> {
    const key = operationKeys(shard).events;
    const [first] = await this.redis.xrange(key, '-', '+', 'COUNT', 1);
    if (offset === FROM_THE_FIRST)
      return first && (await isTrimmed(this.redis, key)) ? 'PLACE_TOO_OLD' : null;
    if (first && compareOffsets(offset, first[0]) < 0) return 'PLACE_TOO_OLD';
    return (await this.redis.xrange(key, offset, offset)).length > 0 ? null : 'PLACE_UNKNOWN';
  }

  private async tell(shard: number, events: readonly FedEvent[]): Promise<void> {
    const subjects = this.audience.isEmpty()
      ? new Map<string, EventSubject>()
      : await this.subjectsOf(events);
    const before = this.place();
    const news = events
      .filter(({ offset }) => compareOffsets(offset, this.told[shard] ?? FROM_THE_FIRST) > 0)
      .map((fed) => ({ fed, subject: subjectIn(subjects, fed), place: after(before, fed) }));
    this.told[shard] = news.at(-1)?.fed.offset ?? this.told[shard] ?? FROM_THE_FIRST;
    this.isTelling = true;
    try {
      await this.audience.tell(news);
    } finally {
      this.isTelling = false;
    }
  }

  private subjectsOf(events: readonly FedEvent[]): Promise<ReadonlyMap<string, EventSubject>> {
    return this.subjects.of(events.map(({ event }) => event.operationId));
  }

  private wanted(
    subjects: ReadonlyMap<string, EventSubject>,
    events: readonly FedEvent[],
    place: LivePlace,
    filter: EventFilter,
  ): LiveEvent[] {
    return events.flatMap((fed) => {
      const subject = subjectIn(subjects, fed);
      const { operationId, type } = fed.event;
      if (!isWanted(operationId, subject, filter) || filter.type?.includes(type) === false) return [];
      return [{ fed, place: after(place, fed), body: JSON.stringify(cloudEvent(fed, subject)) }];
    });
  }
}

function subjectIn(subjects: ReadonlyMap<string, EventSubject>, { event }: FedEvent): EventSubject {
  const { operationId } = event;
  return subjects.get(operationId) ?? subjectUnknown(parsePublicId(operationId)?.siteId ?? '');
}

function shardsOf({ siteId, operationId }: EventFilter): readonly number[] {
  const site = siteId ?? (operationId === undefined ? undefined : parsePublicId(operationId)?.siteId);
  return site === undefined ? SHARDS : [shardOf(site)];
}

function after(place: LivePlace, { shard, offset }: FedEvent): LivePlace {
  return place.map((one, i) => (i === shard ? offset : one));
}

function later(a: string, b: string): string {
  return compareOffsets(a, b) < 0 ? b : a;
}
