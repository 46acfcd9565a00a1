import type { EventConsumer } from './event-consumer.js';
import type { FedEvent } from './event-feed.js';

export interface Asking {
  consumer: Pick<EventConsumer, 'name' | 'begins'>;
  shard: number;
}

export interface Turn {
  /** Events before these may be missing; these are from the first that is left. */
  isGap: boolean;
  /** Offset of the last event that was handled before; '0' = none was. */
  after: string;
  /** Oldest first, without what cannot be read. */
  events: FedEvent[];
  /** Offset of the newest of them, readable or not; null = there are no more for now. */
  until: string | null;
}

/** Whose turn it is to tell a consumer of a shard, and how far it has got: shared by all processes. */
export abstract class ConsumerTurns {
  /**
   * Takes or keeps the turn; the position moves to `handled`, if that is told and the turn was ours all the while.
   * null = another process has the turn.
   */
  abstract next(asking: Asking, most: number, handled: string | null): Promise<Turn | null>;
  /** While a batch takes long. */
  abstract renew(asking: Asking): Promise<void>;
  /** How long the oldest event has waited that the consumer has not handled; 0 = none waits. */
  abstract lagSeconds(consumer: Asking['consumer'], nowMs: number): Promise<number>;
  /** Lets another process go on at once, after `handled` if that is told. */
  abstract leave(asking: Asking, handled: string | null): Promise<void>;
}
