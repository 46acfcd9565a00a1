import type { OperationCursor } from '../../operations/operation-store.js';

/** A member of the file that is unpacked by itself. */
export interface SegmentBlock {
  /** Bytes from the beginning of the file. */
  at: number;
  bytes: number;
  count: number;
  first: OperationCursor;
  last: OperationCursor;
  /** Of all its operations, ascending. */
  terms: Uint32Array;
}

/** What is known of a segment without its index: kept where all processes see it. */
export interface SegmentSummary {
  name: string;
  first: OperationCursor;
  last: OperationCursor;
  /** The latest end of its operations, milliseconds. */
  endedUntilMs: number;
  count: number;
  /** Of the file. */
  bytes: number;
  /** Of the file, hexadecimal. */
  sha256: string;
  /** Of the sites that it holds something of, in order. */
  siteIds: string[];
  /** Nothing of it is in the store any more. */
  moved: boolean;
  /** Segments of which it has everything: they count no more, wherever they are. */
  replaces?: string[];
  /** Why it cannot be used; then it is not known what it holds, and it may be anything in its range. */
  damage?: string;
}

export interface SegmentIndex {
  blocks: SegmentBlock[];
  /** Of the idempotency keys, ascending. */
  keyTerms: Uint32Array;
  endedUntilMs: number;
  siteIds: string[];
  /** Names of segments; absent = none. */
  replaces?: string[];
}

type KeptBlock = Omit<SegmentBlock, 'first' | 'last' | 'terms'> & {
  first: [number, string];
  last: [number, string];
  terms: string;
};

export function indexText(index: SegmentIndex): string {
  const blocks = index.blocks.map(({ first, last, terms, ...rest }): KeptBlock => ({
    ...rest,
    first: [first.createdMs, first.id],
    last: [last.createdMs, last.id],
    terms: packed(terms),
  }));
  return JSON.stringify({ segmentIndex: { ...index, blocks, keyTerms: packed(index.keyTerms) } });
}

export function readIndex(text: string): SegmentIndex {
  const { segmentIndex } = JSON.parse(text) as {
    segmentIndex: Omit<SegmentIndex, 'blocks' | 'keyTerms'> & { blocks: KeptBlock[]; keyTerms: string };
  };
  return {
    ...segmentIndex,
    keyTerms: unpacked(segmentIndex.keyTerms),
    blocks: segmentIndex.blocks.map(({ first, last, terms, ...rest }) => ({
      ...rest,
      first: { createdMs: first[0], id: first[1] },
      last: { createdMs: last[0], id: last[1] },
      terms: unpacked(terms),
    })),
  };
}

export function sortedTerms(terms: Iterable<number>): Uint32Array {
  return Uint32Array.from(new Set(terms)).sort();
}

export function hasTerm(terms: Uint32Array, wanted: number): boolean {
  let low = 0;
  let high = terms.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = terms[middle] ?? 0;
    if (found === wanted) return true;
    if (found < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** Little-endian on every machine that Node runs on. */
function packed(terms: Uint32Array): string {
  return Buffer.from(terms.buffer, terms.byteOffset, terms.byteLength).toString('base64');
}

function unpacked(text: string): Uint32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Uint32Array(bytes.buffer, 0, bytes.length >> 2);
}
