import type { CloudEvent } from '../events/cloud-event.js';
import type { LiveEvent, Reset } from '../events/live-feed.js';
import { writePlace, type LivePlace } from '../events/live-place.js';
import type { PlaceWords } from './live-places.js';
import { sseFrame, sseText } from './http/sse-channel.js';

const WHY: Readonly<Record<Reset | 'EVENT_UNKNOWN', string>> = {
  EVENT_UNKNOWN: 'The operation has no such event: it may be of another store.',
  PLACE_UNKNOWN: 'The store does not know the place after which to go on: it may be of another store.',
  PLACE_TOO_OLD: 'What followed the place after which to go on is not all kept any more.',
  TOO_FAR_BEHIND: 'Too much has happened since the place after which to go on.',
};
export type ResetReason = keyof typeof WHY;

/** What a reset tells: everything that was known is to be read anew. */
export interface ResetData {
  reason: ResetReason;
  text: string;
}

const live = new WeakMap<LiveEvent, Buffer>();
const together = new WeakMap<readonly LiveEvent[], Buffer>();
const ofOperation = new WeakMap<LiveEvent, Buffer>();

/** The same bytes for every reader who is told the place as it is; its id is the place over all shards. */
export function liveFrame(event: LiveEvent): Buffer {
  return kept(live, event, () => writePlace(event.place));
}

/**
 * What is told together, to be written at once: the same bytes for every reader who wants the same.
 * @param words null = the place is told as it is; the same for all who are told the same list of events
 */
export function liveFrames(events: readonly LiveEvent[], words: PlaceWords | null = null): Buffer {
  const known = together.get(events);
  if (known) return known;
  const frames = words ? replayedFrames(events, words) : Buffer.concat(events.map(liveFrame));
  together.set(events, frames);
  return frames;
}

/** What was, to be written at once; its ids are places of this reader alone. */
export function replayedFrames(events: readonly LiveEvent[], words: PlaceWords): Buffer {
  return Buffer.from(
    events
      .map((event) => sseText(event.fed.event.type, words.write(event.place), words.body(event)))
      .join(''),
  );
}

/** The same bytes for every reader of the operation; its id is the place in the operation's own stream. */
export function operationFrame(event: LiveEvent): Buffer {
  return kept(ofOperation, event, () => event.fed.offset);
}

export function resetFrame(reason: ResetReason, time: string): Buffer {
  const data: ResetData = { reason, text: `${WHY[reason]} A snapshot follows.` };
  return toldFrame({ id: `reset.${time}`, type: 'stream.reset', time, data });
}

/** What is no event of the stream: without a place to come back to. */
export function toldFrame<Data>({
  id,
  type,
  time,
  data,
  ...about
}: Pick<CloudEvent<Data>, 'id' | 'type' | 'time' | 'data' | 'subject' | 'sequence'>): Buffer {
  const event: CloudEvent<Data> = {
    specversion: '1.0',
    id,
    source: '/v1/operations',
    type,
    time,
    datacontenttype: 'application/json',
    ...about,
    data,
  };
  return sseFrame(type, null, JSON.stringify(event));
}

/** Before a frame without one: the place to come back to after it. */
export function placeLine(place: LivePlace, words: PlaceWords): Buffer {
  return Buffer.from(`id: ${words.write(place)}\n`);
}

/** A sign of life that tells how far the reader was told, though nothing of that was for it. */
export function beatFrame(place: LivePlace, words: PlaceWords): Buffer {
  return Buffer.from(`: still here\nid: ${words.write(place)}\n\n`);
}

function kept(frames: WeakMap<LiveEvent, Buffer>, event: LiveEvent, place: () => string): Buffer {
  const known = frames.get(event);
  if (known) return known;
  const frame = sseFrame(event.fed.event.type, place(), event.body);
  frames.set(event, frame);
  return frame;
}
