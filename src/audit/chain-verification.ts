import type { AuditEntry, Head } from './audit-entry.js';
import { unsealed } from './audit-line.js';
import type { FileLine } from './chain-lines.js';

/** What is wrong. Each is the doing of somebody, or of a broken disk: a crash leaves none of them. */
export type FaultKind =
  /** The line is not what was written: changed, inserted, or written without the key. */
  | 'CHANGED'
  /** Entries are not there: removed, or put elsewhere. */
  | 'MISSING'
  /** An entry is there that came before: a copy, or put elsewhere. */
  | 'REPEATED'
  /** A line of another chain. */
  | 'FOREIGN'
  /** Entries that somebody else was told of are not there: the end was cut off, or the whole chain removed. */
  | 'CUT_OFF'
  /** An entry, or a checkpoint, names another entry in this place: there are two stories. */
  | 'CONTRADICTED';

export interface Fault {
  kind: FaultKind;
  writer: string;
  /** Name of the file, and the line in it, from 1; null where nothing is left to point to. */
  file: string | null;
  line: number | null;
  /** Byte at which the line begins. */
  offset: number | null;
  /** Of the entry that is wrong, or of the first that is not there. */
  sequence: number;
  detail: string;
}

export interface ChainSource {
  writer: string;
  /** In the order of their numbers. */
  files: readonly { name: string; number: number; lines: AsyncIterable<FileLine> }[];
}

export interface CheckedChain {
  writer: string;
  entries: number;
  first: { sequence: number; time: string } | null;
  last: Head | null;
  closed: boolean;
  /** A last line without its end: a writer was killed in the middle of it, and nobody relied on it. */
  torn: boolean;
  faults: Fault[];
  /** What it says about the others. */
  heads: Head[];
  /** MAC of each entry that somebody names. */
  macs: Map<number, string>;
  /** The one that its first entry was sealed with: a chain has one. */
  key: Buffer | null;
}

/** Reads a chain from its beginning; after a fault it goes on with what is there. */
export async function checkedChain(source: ChainSource, keys: readonly Buffer[]): Promise<CheckedChain> {
  const { writer } = source;
  const chain: CheckedChain = {
    writer,
    entries: 0,
    first: null,
    last: null,
    closed: false,
    torn: false,
    faults: [],
    heads: [],
    macs: new Map(),
    key: null,
  };
  for (const [at, { name, lines }] of source.files.entries()) {
    let number = 0;
    for await (const { text, offset, whole } of lines) {
      number += 1;
      const expected = (chain.last?.sequence ?? 0) + 1;
      const tell = (kind: FaultKind, sequence: number, detail: string): void => {
        chain.faults.push({ kind, writer, file: name, line: number, offset, sequence, detail });
      };
      if (!whole && at === source.files.length - 1 && !chain.closed) {
        chain.torn = true;
        continue;
      }
      const opened = whole ? openedBy(text, chain.key ? [chain.key] : keys) : null;
      if (!opened) {
        tell('CHANGED', expected, 'This line is not what was written here.');
        continue;
      }
      chain.key = opened.key;
      follow(chain, opened.entry, opened.mac, tell);
    }
  }
  return chain;
}

function openedBy(text: string, keys: readonly Buffer[]) {
  for (const key of keys) {
    const opened = unsealed<AuditEntry>(text, key);
    if (opened) return { key, entry: opened.fields, mac: opened.mac };
  }
  return null;
}

function follow(
  chain: CheckedChain,
  entry: AuditEntry,
  mac: string,
  tell: (kind: FaultKind, sequence: number, detail: string) => void,
): void {
  const { sequence, time } = entry;
  const expected = (chain.last?.sequence ?? 0) + 1;
  if (entry.writer !== chain.writer) {
    tell('FOREIGN', sequence, `This is entry ${sequence} of the chain ${entry.writer}.`);
    return;
  }
  if (sequence < expected) {
    tell('REPEATED', sequence, `Entry ${sequence} comes after entry ${expected - 1}.`);
    return;
  }
  // The beginning of a chain may have been removed in good order: that is judged by whoever knows the date.
  const isBeginning = chain.last === null;
  if (sequence > expected && !isBeginning)
    tell('MISSING', expected, `The entries from ${expected} to ${sequence - 1} are not there.`);
  else if (!isBeginning && entry.previous !== chain.last?.mac)
    tell('CONTRADICTED', sequence, `Entry ${sequence} was written after another entry ${sequence - 1}.`);
  if (chain.closed) tell('REPEATED', sequence, 'It comes after the end of the chain.');
  chain.first ??= { sequence, time };
  chain.last = { writer: chain.writer, sequence, mac, time };
  chain.closed = entry.kind === 'CLOSED';
  chain.entries += 1;
  chain.macs.set(sequence, mac);
  if (entry.kind === 'OPENED') chain.heads.push(...entry.heads);
}
