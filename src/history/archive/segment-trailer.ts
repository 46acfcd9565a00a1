/**
 * The end of a segment: a gzip member without content (RFC 1952) whose extra field says where the index is. So the whole
 * file is gzip, and `zcat` shows every operation on a line, and the index on the last one.
 */
export interface SegmentTrailer {
  indexAt: number;
  indexBytes: number;
  count: number;
}

const FORMAT = 1;
/** Deflated with an extra field, no time, unknown system. */
const MEMBER = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff]);
/** `DG`, as RFC 1952 has subfields: two letters and a length. */
const NAME = Buffer.from('DG');
const FIELD_BYTES = 1 + 8 + 4 + 4;
/** An empty block, its CRC and its length. */
const NOTHING = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

export const TRAILER_BYTES = MEMBER.length + 2 + NAME.length + 2 + FIELD_BYTES + NOTHING.length;

export function trailerOf({ indexAt, indexBytes, count }: SegmentTrailer): Buffer {
  const lengths = Buffer.alloc(2 + NAME.length + 2);
  lengths.writeUInt16LE(NAME.length + 2 + FIELD_BYTES, 0);
  NAME.copy(lengths, 2);
  lengths.writeUInt16LE(FIELD_BYTES, 2 + NAME.length);
  const field = Buffer.alloc(FIELD_BYTES);
  field.writeUInt8(FORMAT, 0);
  field.writeBigUInt64LE(BigInt(indexAt), 1);
  field.writeUInt32LE(indexBytes, 9);
  field.writeUInt32LE(count, 13);
  return Buffer.concat([MEMBER, lengths, field, NOTHING]);
}

/** null = not the end of a segment. */
export function readTrailer(bytes: Buffer): SegmentTrailer | null {
  if (bytes.length !== TRAILER_BYTES || !bytes.subarray(0, MEMBER.length).equals(MEMBER)) return null;
  const field = bytes.subarray(TRAILER_BYTES - NOTHING.length - FIELD_BYTES);
  if (field.readUInt8(0) !== FORMAT) return null;
  const trailer = {
    indexAt: Number(field.readBigUInt64LE(1)),
    indexBytes: field.readUInt32LE(9),
    count: field.readUInt32LE(13),
  };
  return trailerOf(trailer).equals(bytes) ? trailer : null;
}
