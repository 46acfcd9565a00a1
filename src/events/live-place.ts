import { SHARDS } from '../platform/redis/keys.js';
import { FROM_THE_FIRST } from './event-feed.js';

/** An offset per shard: everything up to there was told. */
export type LivePlace = readonly string[];

/** Milliseconds and counter; what is longer was never given out, and the store would not take it. */
export const OFFSET = /^\d{1,15}-\d{1,15}$/;
const PART = /^(?:0|[0-9a-z]{1,10}(?:-[0-9a-z]{1,10})?)$/;

/** As short as it goes, for it stands in every frame; opaque to readers. */
export function writePlace(place: LivePlace): string {
  return place.map(writePart).join('.');
}

/** null = not one that was ever given out. */
export function readPlace(text: string): LivePlace | null {
  const parts = text.split('.');
  if (parts.length !== SHARDS.length || !parts.every((part) => PART.test(part))) return null;
  const place = parts.map(readPart);
  return place.every((offset) => offset === FROM_THE_FIRST || OFFSET.test(offset)) ? place : null;
}

function writePart(offset: string): string {
  if (offset === FROM_THE_FIRST) return offset;
  const [ms = 0, count = 0] = offset.split('-').map(Number);
  return count === 0 ? ms.toString(36) : `${ms.toString(36)}-${count.toString(36)}`;
}

function readPart(part: string): string {
  if (part === FROM_THE_FIRST) return part;
  const [ms = '', count = '0'] = part.split('-');
  return `${Number.parseInt(ms, 36)}-${Number.parseInt(count, 36)}`;
}
