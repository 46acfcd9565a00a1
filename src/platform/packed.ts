import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * What is kept for long and read now and then: JSON, compressed. A few kilobytes at the most: it is done at once.
 *
 * @param usual what such a text often has in it, which is then not stored; it must be the same when it is read
 */
export function packed(value: unknown, usual?: Buffer): Buffer {
  return deflateRawSync(JSON.stringify(value), { level: 9, ...(usual ? { dictionary: usual } : {}) });
}

/** Throws what zlib or JSON says when it is nothing that was packed. */
export function unpacked<T>(bytes: Buffer, usual?: Buffer): T {
  return JSON.parse(inflateRawSync(bytes, usual ? { dictionary: usual } : {}).toString('utf8')) as T;
}
