import type { Redis } from 'ioredis';
import { operationKeys, shardOf, SHARDS } from '../platform/redis/keys.js';
import { parsePublicId } from '../domain/ids.js';
import { cloudEvent } from './cloud-event.js';
import { compareOffsets, FROM_THE_FIRST, type FedEvent } from './event-feed.js';
import { isWanted, subjectUnknown, type EventFilter, type EventSubject } from './event-subject.js';
import { LiveAudience } from './live-audience.js';
import { LiveFeed, type Following, type LiveEvent, type LiveListener, type Reset } from './live-feed.js';
import type { LivePlace } from './live-place.js';
import { heldEvent, RecentEvents, type HeldEvent } from './recent-events.js';
import { RedisEventReplays } from './redis-event-replays.js';
import type { EventSubjects } from './redis-event-subjects.js';
import type { RedisEventTail } from './redis-event-tail.js';
import { isTrimmed } from './redis-trimming.js';

/** Over the streams of the shards: the tail of this process for what is new, what it holds and the streams themselves for what was. */
export class RedisLiveFeed extends LiveFeed {
  private readonly audience = new LiveAudience();
  private readonly replays: RedisEventReplays;
  /** How far the audience was told; the tail's own place moves a little later. */
  private readonly told: string[] = SHARDS.map(() => FROM_THE_FIRST);
  private isTelling = false;
  /** One batch after the other: a place names what was told of all shards. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly redis: Redis,
    private readonly tail: RedisEventTail,
    private readonly subjects: Pick<EventSubjects, 'of'>,
    private readonly recent = new RecentEvents(),
  ) {
    super();
    this.replays = new RedisEventReplays(redis, recent);
    tail.listen((shard, events) => {
      const telling = this.last.then(() => this.tell(shard, events));
      this.last = telling.catch(() => undefined);
      return telling;
    });
    tail.whenLost((shard) => {
      this.told[shard] = FROM_THE_FIRST;
      this.recent.forget(shard);
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
        .map((shard) => this.resetIn(shard, place[shard] ?? FROM_THE_FIRST, now[shard] ?? FROM_THE_FIRST)),
    );
    return found.find((reset) => reset !== null) ?? null;
  }

  holdsAfter(place: LivePlace, filter: EventFilter): boolean {
    const now = this.place();
    return shardsOf(filter).every((shard) => {
      const offset = place[shard] ?? FROM_THE_FIRST;
      return offset === now[shard] || this.recent.covers(shard, offset);
    });
  }

  async *between(
    from: LivePlace,
    until: LivePlace,
    filter: EventFilter,
    onStore: () => void,
  ): AsyncGenerator<readonly LiveEvent[], void, void> {
    const place = [...from];
    for (const shard of shardsOf(filter)) {
      const [begin, last] = [place[shard] ?? FROM_THE_FIRST, until[shard] ?? FROM_THE_FIRST];
      for await (const { events, after: end } of this.replays.between(shard, begin, last, onStore)) {
        await this.complete(events);
        yield wanted(events, place, filter);
        place[shard] = end;
      }
      if (compareOffsets(begin, last) < 0) place[shard] = last;
    }
  }

  /** An entry that is there was there all the while: so were those after it. */
  private async resetIn(shard: number, offset: string, now: string): Promise<Reset | null> {
    if ((await this.replays.reach(shard, offset, now)) && this.recent.knows(shard, offset)) return null;
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
    this.recent.begin(shard, before[shard] ?? FROM_THE_FIRST);
    this.recent.add(
      shard,
      news.map(({ fed }) => heldEvent(fed, subjects.get(fed.event.operationId))),
    );
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

  /** Whose events they are, if that was not asked yet. */
  private async complete(events: readonly HeldEvent[]): Promise<void> {
    // What a creation makes has no id at first.
    const bare = events.filter(({ subject }) => !subject || subject.targetId === null);
    if (bare.length === 0) return;
    const subjects = await this.subjectsOf(bare.map(({ fed }) => fed));
    for (const one of bare) {
      one.subject = subjectIn(subjects, one.fed);
      delete one.body;
    }
  }
}

function wanted(events: readonly HeldEvent[], place: LivePlace, filter: EventFilter): LiveEvent[] {
  return events.flatMap((held) => {
    const { fed, subject = subjectUnknown('') } = held;
    const { operationId, type } = fed.event;
    if (!isWanted(operationId, subject, filter) || filter.type?.includes(type) === false) return [];
    held.body ??= JSON.stringify(cloudEvent(fed, subject));
    return [{ fed, place: after(place, fed), body: held.body }];
  });
}

function subjectIn(subjects: ReadonlyMap<string, EventSubject>, { event }: FedEvent): EventSubject {
  const { operationId } = event;
  return subjects.get(operationId) ?? subjectUnknown(parsePublicId(operationId)?.siteId ?? '');
}

function shardsOf({ siteId, operationId, seen }: EventFilter): readonly number[] {
  const site = siteId ?? (operationId === undefined ? undefined : parsePublicId(operationId)?.siteId);
  if (site !== undefined) return seen?.touchesSite(site) === false ? [] : [shardOf(site)];
  const siteIds = seen?.siteIds() ?? null;
  return siteIds === null ? SHARDS : [...new Set(siteIds.map(shardOf))];
}

function after(place: LivePlace, { shard, offset }: FedEvent): LivePlace {
  return place.map((one, i) => (i === shard ? offset : one));
}

function later(a: string, b: string): string {
  return compareOffsets(a, b) < 0 ? b : a;
}
