import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Scope } from '../domain/access/scope.js';
import { problem, ProblemError } from '../domain/problem.js';
import { filterKey, type EventFilter } from '../events/event-subject.js';
import { LiveFeed, type Reset } from '../events/live-feed.js';
import type { LivePlace } from '../events/live-place.js';
import { Clock, isoTime } from '../platform/clock.js';
import { withinMs } from '../platform/within.js';
import { LastingAccess } from './access/lasting-access.js';
import type { RequestAccess } from './access/request-access.js';
import type { OperationDto } from './dto/operation.dto.js';
import { beatFrame, liveFrames, placeLine, replayedFrames, resetFrame, toldFrame } from './event-frames.js';
import { EventReaders } from './http/event-readers.js';
import type { SseChannel } from './http/sse-channel.js';
import { LivePlaces, type PlaceWords } from './live-places.js';
import { LiveReader } from './live-reader.js';
import { OpenOperationsReading, wantedOf, type OpenOperations } from './open-operations.js';
import { ToldOperations } from './told-operations.js';

/** Who was away for longer begins anew: a snapshot costs less. */
const MOST_PAGES_REPLAYED = 40;
/** Readers who are told from the store at a time; what this process holds itself is told to any number. */
const MOST_FROM_THE_STORE = 32;
/** Who takes longer to take it makes room: it comes back, and goes on where it was. */
const REPLAY_TAKES_MS = 60_000;
const COME_BACK_SECONDS = 5;
/** Larger snapshots would be lists, and those have pages. */
const MOST_SHOWN = 200;

/** What is unfinished. Events of versions that it shows already may follow it. */
export interface SnapshotData {
  /** Newest first. */
  operations: OperationDto[];
  /** false = these are only the newest; the list has them all. */
  isComplete: boolean;
  total: number;
}

/** There is none without what its reader may hear of. */
type SeenFilter = EventFilter & { seen: Scope };

/** To be told from the store. */
interface Room {
  /** Of no effect when it has been taken; throws the 503 `overloaded` when there is none. */
  take: () => void;
  giveBack: () => void;
}

/** Everything that happens, for each of many readers. */
@Injectable()
export class LiveStreams {
  private toldFromTheStore = 0;

  constructor(
    private readonly feed: LiveFeed,
    private readonly readers: EventReaders,
    private readonly open: OpenOperationsReading,
    private readonly told: ToldOperations,
    private readonly clock: Clock,
    private readonly places: LivePlaces,
    private readonly lasting: LastingAccess,
  ) {}

  /** Throws before the stream begins; afterwards it is cut off, and the reader comes back. */
  async stream(
    access: RequestAccess,
    wishes: Omit<EventFilter, 'seen'>,
    reply: FastifyReply,
    lastEventId: string | undefined,
  ): Promise<void> {
    const { seen } = access;
    const filter: SeenFilter = { ...wishes, seen };
    const words = this.places.of(seen);
    const seat = this.readers.take();
    let channel: SseChannel | null = null;
    let release = (): unknown => undefined;
    const room = this.room();
    // Whoever comes back is told whether it can go on.
    const reader = new LiveReader(this.feed, filter, () => channel?.end());
    try {
      const { from, reset } = await this.beginning(reader, filter, words, lastEventId);
      if (from && !this.feed.holdsAfter(from, filter)) room.take();
      const snapshot = from ? null : await this.snapshot(filter, access);
      channel = seat.open(
        reply,
        () => beatOf(reader, words),
        () => {
          release();
          reader.leave();
        },
      );
      release = this.lasting.watch(access, 'operations:read', () => channel?.end());
      if (channel.isClosed) release();
      if (reset) channel.write(resetFrame(reset, this.now()), false);
      if (snapshot) this.show(snapshot, words, reader.place, channel);
      void this.goOn(reader, filter, access, channel, from, room).finally(() => room.giveBack());
    } catch (error) {
      release();
      room.giveBack();
      seat.leave();
      reader.leave();
      throw error;
    }
  }

  /** Of one reader. */
  private room(): Room {
    let isTaken = false;
    return {
      take: () => {
        if (!isTaken) this.mustHaveRoom();
        if (!isTaken) this.toldFromTheStore += 1;
        isTaken = true;
      },
      giveBack: () => {
        if (isTaken) this.toldFromTheStore -= 1;
        isTaken = false;
      },
    };
  }

  private mustHaveRoom(): void {
    if (this.toldFromTheStore >= MOST_FROM_THE_STORE)
      throw new ProblemError(
        problem(
          'overloaded',
          `${this.toldFromTheStore} readers are being told what happened while they were away. Come back in ${COME_BACK_SECONDS} seconds.`,
        ),
        { 'retry-after': String(COME_BACK_SECONDS) },
      );
  }

  /** Where a reader goes on; from null = nowhere: it begins with a snapshot. */
  private async beginning(
    reader: LiveReader,
    filter: SeenFilter,
    words: PlaceWords,
    lastEventId: string | undefined,
  ): Promise<{ from: LivePlace | null; reset: Reset | null }> {
    if (lastEventId === undefined) return { from: null, reset: null };
    const from = words.read(lastEventId);
    if (!from) return { from, reset: 'PLACE_UNKNOWN' };
    reader.hasSeen(from);
    const reset = await this.feed.resetFrom(from, filter);
    if (!reset) return { from, reset };
    reader.restart();
    return { from: null, reset };
  }

  /** What was, as fast as the reader takes it, then what happens. */
  private async goOn(
    reader: LiveReader,
    filter: SeenFilter,
    access: RequestAccess,
    channel: SseChannel,
    from: LivePlace | null,
    room: Room,
  ): Promise<void> {
    try {
      if (from && !(await withinMs(REPLAY_TAKES_MS, this.replay(reader, filter, channel, from, room)))) {
        if (channel.isClosed) return;
        reader.restart();
        const snapshot = await this.snapshot(filter, access);
        channel.write(resetFrame('TOO_FAR_BEHIND', this.now()), false);
        this.show(snapshot, this.places.of(filter.seen), reader.place, channel);
      }
      const words = filter.seen.isAll ? null : this.places.of(filter.seen);
      if (!reader.goLive((events) => channel.write(liveFrames(events, words), true))) channel.cut();
    } catch {
      channel.cut();
    }
  }

  /** False = it has gone, or there is too much to tell. */
  private async replay(
    reader: LiveReader,
    filter: SeenFilter,
    channel: SseChannel,
    from: LivePlace,
    room: Room,
  ): Promise<boolean> {
    let pages = 0;
    for await (const events of this.feed.between(from, reader.place, filter, room.take)) {
      pages += 1;
      if (channel.isClosed || pages > MOST_PAGES_REPLAYED) return false;
      if (events.length > 0) channel.write(replayedFrames(events, this.places.of(filter.seen)), false);
      await channel.drained();
    }
    return !channel.isClosed;
  }

  private show(snapshot: Buffer, words: PlaceWords, place: LivePlace, channel: SseChannel): void {
    channel.write(placeLine(place, words), false);
    channel.write(snapshot, false);
  }

  /** One frame for all readers of a principal who share the reading and want the same; only the place before it is each one's own. */
  private async snapshot(filter: SeenFilter, access: RequestAccess): Promise<Buffer> {
    const open = await this.open.read();
    const key = `${access.principal.id} ${filterKey(filter)}`;
    const frame = open.frames.get(key) ?? this.snapshotFrame(open, filter, access);
    open.frames.set(key, frame);
    return frame;
  }

  private async snapshotFrame(
    open: OpenOperations,
    filter: SeenFilter,
    access: RequestAccess,
  ): Promise<Buffer> {
    const wanted = wantedOf(open, filter);
    const shown = wanted.slice(0, MOST_SHOWN);
    const data: SnapshotData = {
      operations: await this.told.all(shown, access),
      isComplete: shown.length === wanted.length,
      total: wanted.length,
    };
    const time = this.now();
    return toldFrame({ id: `snapshot.${time}`, type: 'stream.snapshot', time, data });
  }

  private now(): string {
    return isoTime(this.clock.now());
  }
}

function beatOf(reader: LiveReader, words: PlaceWords): Buffer | null {
  const place = reader.toldUntil();
  return place && beatFrame(place, words);
}
