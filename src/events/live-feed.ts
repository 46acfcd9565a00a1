import type { FedEvent } from './event-feed.js';
import type { EventFilter } from './event-subject.js';
import type { LivePlace } from './live-place.js';

/** An event as it is told to all who listen: made once, whoever and however many they are. */
export interface LiveEvent {
  fed: FedEvent;
  /** The place after it. */
  place: LivePlace;
  /** The CloudEvent as JSON. */
  body: string;
}

export interface LiveListener {
  /** What was read together and is for it, in order: the same array for all who want the same. */
  events(events: readonly LiveEvent[]): void;
  /** The store is not the one that it was, or was away for too long: what happened between is not told. Whoever comes back learns how that is. */
  lost(): void;
}

export interface Following {
  /** Everything after this place is told to the listener. */
  readonly place: LivePlace;
  leave(): void;
}

/** Why a reader cannot go on where it was. */
export type Reset = 'PLACE_UNKNOWN' | 'PLACE_TOO_OLD' | 'TOO_FAR_BEHIND';

/** What happens at all sites, in one stream; readers go on exactly where they were, at whatever process. */
export abstract class LiveFeed {
  /** Who begins to listen is told everything after this. */
  abstract place(): LivePlace;
  /** How far all who listen were told; null = they are just being told. */
  abstract toldUntil(): LivePlace | null;
  /** Tells what happens from now on. */
  abstract follow(filter: EventFilter, listener: LiveListener): Following;
  /** Why a reader that has seen everything up to there cannot go on from there; null = it can. */
  abstract resetFrom(place: LivePlace, filter: EventFilter): Promise<Reset | null>;
  /** Whether everything after the place is held in this process: telling it asks nothing of the store. */
  abstract holdsAfter(place: LivePlace, filter: EventFilter): boolean;
  /**
   * Events after one place, up to another, shard by shard, in pages of which some are empty.
   * @param onStore told before the store is asked for what this process does not hold, or not any more; what it throws
   * ends the telling
   */
  abstract between(
    from: LivePlace,
    until: LivePlace,
    filter: EventFilter,
    onStore: () => void,
  ): AsyncGenerator<readonly LiveEvent[], void, void>;
}
