import type { Scope } from '../domain/access/scope.js';
import type { LiveEvent } from '../events/live-feed.js';
import { readPlace, writePlace, type LivePlace } from '../events/live-place.js';
import { keyFor, openedBytes, sealedBytes } from '../platform/secrets/sealing.js';
import { namingNoOther } from './access/unseen-operations.js';

/** Of every offset: its milliseconds and its counter. */
const PART_BYTES = 6;
const SEALED = /^[\w-]{1,500}$/;

/** A place, and an event, in the words for one kind of reader. */
export interface PlaceWords {
  write(place: LivePlace): string;
  /** null = not one that was ever given to such a reader. */
  read(text: string): LivePlace | null;
  /** The CloudEvent as JSON. */
  body(event: LiveEvent): string;
}

const CLEAR: PlaceWords = { write: writePlace, read: readPlace, body: ({ body }) => body };

/**
 * How readers are told where they are. A place names the last event of every shard, which tells when something happened:
 * whoever sees everything is told it as it is, all others get it sealed. Any process can open it, for those who see the
 * same; with another scope it is a place that nobody knows, and what was known is read anew.
 */
export class LivePlaces {
  private readonly key: Buffer;

  /** @param secret the same at all processes */
  constructor(secret: string) {
    this.key = keyFor('dr-gateway places of event streams', secret);
  }

  of(seen: Scope): PlaceWords {
    if (seen.isAll) return CLEAR;
    const bound = Buffer.from(seen.key);
    return {
      write: (place) => this.seal(place, bound),
      read: (text) => this.open(text, bound),
      body: ({ fed, body }) => namingNoOther(body, fed.event.operationId),
    };
  }

  private seal(place: LivePlace, bound: Buffer): string {
    return sealedBytes(this.key, packed(place), bound).toString('base64url');
  }

  private open(text: string, bound: Buffer): LivePlace | null {
    if (!SEALED.test(text)) return null;
    const opened = openedBytes(this.key, Buffer.from(text, 'base64url'), bound);
    return opened && readPlace(unpacked(opened));
  }
}

/** Of the same length whatever it says. */
function packed(place: LivePlace): Buffer {
  const bytes = Buffer.alloc(place.length * 2 * PART_BYTES);
  place.forEach((offset, i) => {
    const [ms = 0, count = 0] = offset.split('-').map(Number);
    bytes.writeUIntBE(ms, 2 * i * PART_BYTES, PART_BYTES);
    bytes.writeUIntBE(count, (2 * i + 1) * PART_BYTES, PART_BYTES);
  });
  return bytes;
}

/** As `readPlace` takes it. */
function unpacked(bytes: Buffer): string {
  const place = Array.from({ length: bytes.length / 2 / PART_BYTES }, (_, i) => {
    const ms = bytes.readUIntBE(2 * i * PART_BYTES, PART_BYTES);
    const count = bytes.readUIntBE((2 * i + 1) * PART_BYTES, PART_BYTES);
    return ms === 0 ? '0' : `${ms}-${count}`;
  });
  return writePlace(place);
}
