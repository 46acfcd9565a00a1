import { compareOffsets } from '../events/event-feed.js';
import type { EventFilter } from '../events/event-subject.js';
import type { Following, LiveEvent, LiveFeed } from '../events/live-feed.js';
import type { LivePlace } from '../events/live-place.js';

/** What may happen while a reader is told what was. */
const MOST_HELD = 10_000;

/** One who listens: holds back what happens until what was has been told. */
export class LiveReader {
  private held: LiveEvent[] | null = [];
  private deliver: ((event: LiveEvent) => void) | null = null;
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
  goLive(deliver: (event: LiveEvent) => void): boolean {
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
    this.deliver = null;
    this.seen = [];
    this.following = this.follow();
  }

  /** How far the reader was told; null = it is still being told what was. */
  toldUntil(): LivePlace | null {
    return this.deliver ? this.feed.place() : null;
  }

  leave(): void {
    this.following.leave();
  }

  private follow(): Following {
    return this.feed.follow(this.filter, {
      event: (event) => {
        const { shard, offset } = event.fed;
        const seen = this.seen[shard];
        if (seen === undefined || compareOffsets(offset, seen) > 0) this.take(event);
      },
      lost: () => {
        // Who is still told what was has a gap behind it.
        if (!this.deliver) this.held = null;
        this.onLost();
      },
    });
  }

  private take(event: LiveEvent): void {
    if (this.deliver) return this.deliver(event);
    this.held?.push(event);
    if (this.held && this.held.length > MOST_HELD) this.held = null;
  }
}
