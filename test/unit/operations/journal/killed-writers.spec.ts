import { spawn, type ChildProcess } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SystemClock } from '../../../../src/platform/clock.js';
import { productScript } from '../../../support/product.js';
import { all, ids, JournalFolder } from './journal-folder.js';

const ROUNDS = 6;
const WRITERS = 2;

/** Appends for ever, several at a time, and tells each entry that it was told is safe. */
const WRITER = `
  import { writeSync } from 'node:fs';
  const [script, folder, name] = process.argv.slice(1);
  const { FileJournal } = await import(script);
  const log = { info() {}, warn() {}, error() {} };
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const journal = await FileJournal.open(folder, clock, log);
  const write = async (lane) => {
    for (let i = 0; ; i += 1) {
      const record = { id: [name, lane, i].join('.'), version: 1, schema: 2, state: 'PENDING', reason: 'x'.repeat(500) };
      await journal.append({ kind: 'RECORD', time: new Date().toISOString(), record });
      writeSync(1, record.id + '\\n');
    }
  };
  await Promise.all([0, 1, 2, 3].map(write));
`;

describe('processes that are killed while they write', () => {
  let folder: JournalFolder;
  beforeEach(() => {
    folder = new JournalFolder();
  });
  afterEach(() => folder.remove());

  /** Kills it after so many entries; answers those that it was told are safe. */
  async function writeAndDie(name: string, entries: number): Promise<string[]> {
    const script = join(productScript('main'), '..', 'operations', 'journal', 'file-journal.js');
    const child: ChildProcess = spawn(
      process.execPath,
      ['--input-type=module', '-e', WRITER, script, folder.path, name],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const safe: string[] = [];
    if (!child.stdout) throw new Error('nothing is heard of it');
    for await (const line of createInterface(child.stdout)) {
      safe.push(line);
      if (safe.length === entries) child.kill('SIGKILL');
    }
    return safe;
  }

  it('lose nothing that they were told is safe, compacted in between or not', async () => {
    const reader = await folder.open(new SystemClock());
    const safe: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const writers = Array.from({ length: WRITERS }, (_, i) =>
        writeAndDie(`alpha.${round}-${i}`, 20 + 31 * round + i),
      );
      safe.push(...(await Promise.all(writers)).flat());
      const long = Date.now() / 1000 - 3_600;
      for (const name of folder.files) utimesSync(folder.pathOf(name), long, long);
      if (round % 2 === 1) await reader.compact();
    }
    const kept = new Set(ids(await all(reader)));
    expect(safe.length).toBeGreaterThan(500);
    expect(safe.filter((id) => !kept.has(id))).toEqual([]);
    expect(folder.said.lines.filter(([facts]) => 'damaged' in Object(facts))).toEqual([]);
  });
});
