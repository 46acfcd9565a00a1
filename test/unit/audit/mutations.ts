import { AuditKeys } from '../../../src/audit/audit-keys.js';
import { sealed } from '../../../src/audit/audit-line.js';

/** The files of an audit by their names; every line of them with its line feed. */
export type Files = ReadonlyMap<string, Buffer>;
export type Random = (below: number) => number;
export type Mutation = (files: Files, random: Random) => Files;

/** mulberry32: the same seed tells the same story. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a byte is changed': (files, random) => {
    const name = anyOf(files, random);
    const bytes = Buffer.from(contentOf(files, name));
    const at = random(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 + random(255));
    return changed(files, name, bytes);
  },
  'an entry is removed': (files, random) =>
    ofLines(files, random, (lines, at) => [...lines.slice(0, at), ...lines.slice(at + 1)]),
  'two entries are swapped': (files, random) =>
    ofLines(files, random, (lines, at) => {
      const other = (at + 1 + random(lines.length - 1)) % lines.length;
      return lines.map((line, i) => lines[i === at ? other : i === other ? at : i] ?? line);
    }),
  'an entry is copied': (files, random) =>
    ofLines(files, random, (lines, at) => inserted(lines, random(lines.length + 1), [lines[at] ?? ''])),
  'an entry is inserted': (files, random) =>
    ofLines(files, random, (lines, at) => {
      const forged = edited(lines[at] ?? '', random);
      return inserted(lines, random(lines.length + 1), [forged]);
    }),
  'the end is cut off': (files, random) => {
    const last = lastFiles(files);
    const name = last[random(last.length)] ?? '';
    const bytes = contentOf(files, name);
    return changed(files, name, bytes.subarray(0, random(bytes.length)));
  },
  'a whole file is removed': (files, random) => {
    const name = anyOf(files, random);
    return new Map([...files].filter(([other]) => other !== name));
  },
  'two chains are spliced': (files, random) => {
    const name = anyOf(files, random);
    const other = anyOf(files, random, (one) => writerOf(one) !== writerOf(name));
    const [lines, others] = [linesOf(files, name), linesOf(files, other)];
    const [at, from] = [random(lines.length + 1), random(others.length)];
    const tail = random(2) === 0 ? [] : lines.slice(at);
    return changed(files, name, joined([...lines.slice(0, at), ...others.slice(from), ...tail]));
  },
  'an old file is played again': (files, random) => {
    const name = anyOf(files, random);
    const bytes = contentOf(files, name);
    const writer = writerOf(name);
    const ofChain = [...files.keys()].filter((one) => writerOf(one) === writer && one !== name);
    const instead = ofChain[random(ofChain.length + 1)];
    return changed(files, instead ?? numbered(name, ofChain.length + 2), bytes);
  },
  'an entry is edited and the chain made anew without the key': (files, random) => {
    const name = anyOf(files, random);
    const lines = linesOf(files, name);
    const from = random(lines.length);
    const key = new AuditKeys([`a key that somebody made up, number ${random(1_000)}`]).ofChain(
      writerOf(name),
    )[0];
    let previous: string | null = null;
    const forged = lines.map((line, at) => {
      if (at < from) return line;
      const { mac: _mac, ...fields } = JSON.parse(line) as Record<string, unknown>;
      const content = { ...fields, ...(at === from ? { reason: 'nothing happened' } : {}) };
      const made = sealed({ ...content, ...(previous === null ? {} : { previous }) }, key ?? Buffer.alloc(0));
      previous = made.mac;
      return made.line;
    });
    return changed(files, name, joined(forged));
  },
};

function ofLines(
  files: Files,
  random: Random,
  change: (lines: readonly string[], at: number) => readonly string[],
): Files {
  const name = anyOf(files, random);
  const lines = linesOf(files, name);
  return changed(files, name, joined(change(lines, random(lines.length))));
}

function edited(line: string, random: Random): string {
  const principal = random(2) === 0 ? 'admin' : 'break-glass';
  return line.replace(/"principalId":"[^"]*"|"kind":"[^"]*"/, `"principalId":"${principal}"`);
}

function inserted(lines: readonly string[], at: number, more: readonly string[]): string[] {
  return [...lines.slice(0, at), ...more, ...lines.slice(at)];
}

function lastFiles(files: Files): string[] {
  const names = [...files.keys()].sort();
  return names.filter((name, i) => writerOf(names[i + 1] ?? '') !== writerOf(name));
}

function anyOf(files: Files, random: Random, fits: (name: string) => boolean = () => true): string {
  const names = [...files.keys()].filter(fits);
  return names[random(names.length)] ?? '';
}

function contentOf(files: Files, name: string): Buffer {
  return files.get(name) ?? Buffer.alloc(0);
}

function linesOf(files: Files, name: string): string[] {
  return contentOf(files, name).toString('latin1').split('\n').slice(0, -1);
}

function joined(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}

function changed(files: Files, name: string, content: Buffer): Files {
  return new Map(files).set(name, content);
}

function writerOf(name: string): string {
  return name.slice('audit-'.length, 'audit-'.length + 36);
}

function numbered(name: string, number: number): string {
  return name.replace(/\.\d{6}\./, `.${String(number).padStart(6, '0')}.`);
}
