import { compareOffsets } from '../events/event-feed.js';
import type { EventFilter } from '../events/event-subject.js';
import type { Following, LiveEvent, LiveFeed } from '../events/live-feed.js';
import type { LivePlace } from '../events/live-place.js';

/** What may happen while a reader is told what was. */
const MOST_HELD = 10_000;

/** One who listens: holds back what happens until what was has been told. */
export class LiveReader {
  private held: (readonly LiveEvent[])[] | null = [];
  private heldEvents = 0;
  private deliver: ((events: readonly LiveEvent[]) => void) | null = null;
  private following: Following;
  private seen: LivePlace = [];

  /** @param onLost what happened meanwhile may not all have been told */
  constructor(
    private readonly feed: LiveFeed,
    private readonly filter: EventFilter,
    private readonly onLost: () => void,
  ) {
    this.following = this.follow();
  }

  /** Everything after this is told, sooner or later. */
  get place(): LivePlace {
    return this.following.place;
  }

  /** What was is told: from now on, what happens. False = so much has happened that it was not kept, or it was lost. */
  goLive(deliver: (events: readonly LiveEvent[]) => void): boolean {
    const { held } = this;
    if (!held) return false;
    this.held = null;
    held.forEach(deliver);
    this.deliver = deliver;
    return true;
  }

  /** It may have seen more than this process has read. */
  hasSeen(place: LivePlace): void {
    this.seen = place;
  }

  /** Listens anew, from now on. */
  restart(): void {
    this.leave();
    this.held = [];
    this.heldEvents = 0;
    this.deliver = null;
    this.seen = [];
    this.following = this.follow();
  }

  /** How far the reader was told; null = it is being told. */
  toldUntil(): LivePlace | null {
    return this.deliver ? this.feed.toldUntil() : null;
  }

  leave(): void {
    this.following.leave();
  }

  private follow(): Following {
    return this.feed.follow(this.filter, {
      events: (events) => {
        const news = events.every((event) => this.isNews(event))
          ? events
          : events.filter((event) => this.isNews(event));
        if (news.length > 0) this.take(news);
      },
      lost: () => {
        // Who is still told what was has a gap behind it.
        if (!this.deliver) this.held = null;
        this.onLost();
      },
    });
  }

  private isNews({ fed: { shard, offset } }: LiveEvent): boolean {
    const seen = this.seen[shard];
    return seen === undefined || compareOffsets(offset, seen) > 0;
  }

  private take(events: readonly LiveEvent[]): void {
    if (this.deliver) return this.deliver(events);
    this.held?.push(events);
    this.heldEvents += events.length;
    if (this.heldEvents > MOST_HELD) this.held = null;
  }
}
