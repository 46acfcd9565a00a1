import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** What is kept for long and read now and then: JSON, compressed. A few kilobytes at the most: it is done at once. */
export function packed(value: unknown): Buffer {
  return deflateRawSync(JSON.stringify(value), { level: 9 });
}

/** Throws what zlib or JSON says when it is nothing that was packed. */
export function unpacked<T>(bytes: Buffer): T {
  return JSON.parse(inflateRawSync(bytes).toString('utf8')) as T;
}
