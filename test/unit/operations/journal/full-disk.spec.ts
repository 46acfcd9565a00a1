import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileJournal } from '../../../../src/operations/journal/file-journal.js';
import { JournalError } from '../../../../src/operations/journal/journal.js';
import { productScript } from '../../../support/product.js';
import { silentLog } from '../../../../src/platform/log/log.js';
import { at } from '../../support/operation.js';
import { TestClock } from '../../support/test-clock.js';
import { all, entry, ids, JournalFolder } from './journal-folder.js';

/** A disk of its own, where that may be done. */
function mountable(): boolean {
  return spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
}

const itOnADisk = process.platform === 'linux' && process.getuid?.() === 0 && mountable() ? it : it.skip;

describe('the journal on a disk that is full', () => {
  let folder: JournalFolder;
  beforeEach(() => {
    folder = new JournalFolder();
  });
  afterEach(() => folder.remove());

  itOnADisk('says so, keeps what it has, and goes on when there is room again', async () => {
    const path = join(folder.path, 'disk');
    mkdirSync(path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', path]);
    try {
      const clock = new TestClock();
      const journal = await FileJournal.open(path, clock, silentLog());
      await journal.append(entry('alpha.1', at(1)));
      fill(path);
      const big = entry('alpha.2', at(2), { reason: 'x'.repeat(20_000) });
      for (let i = 0; i < 3; i += 1) await expect(journal.append(big)).rejects.toThrow(JournalError);
      await expect(journal.append(big)).rejects.toThrow(/no space left on device/);
      expect(await journal.fault()).toMatch(/no space left on device/);
      rmSync(join(path, 'filler'));
      clock.advance(10_000);
      expect(await journal.fault()).toBeNull();
      await journal.append(entry('alpha.3', at(3)));
      expect(ids(await all(journal))).toEqual(['alpha.1', 'alpha.3']);
      await journal.close();
    } finally {
      execFileSync('umount', ['-l', path]);
    }
  });

  it('has all that it said it has, and nothing of what it refused', async () => {
    const script = join(productScript('main'), '..', 'operations', 'journal', 'file-journal.js');
    // 64 blocks of 512 bytes, or of 1024, whatever the shell counts in: one file cannot take them all.
    const child = spawnSync('sh', [
      '-c',
      'ulimit -f 64; exec "$0" --input-type=module -e "$1"',
      process.execPath,
      `import { FileJournal } from ${JSON.stringify(script)};
       const log = { info() {}, warn() {}, error() {} };
       const clock = { now: () => Date.now(), monotonic: () => performance.now() };
       const journal = await FileJournal.open(${JSON.stringify(folder.path)}, clock, log);
       const said = { kept: [], refused: [] };
       for (let i = 0; i < 60; i += 1) {
         const record = { id: 'alpha.' + i, version: 1, schema: 2, reason: 'x'.repeat(3000) };
         await journal.append({ kind: 'RECORD', time: new Date(2030, 0, 1, 0, 0, i).toISOString(), record })
           .then(() => said.kept.push(record.id), (error) => said.refused.push([record.id, error.name]));
       }
       console.log(JSON.stringify(said));`,
    ]);
    const said = JSON.parse(child.stdout.toString()) as { kept: string[]; refused: [string, string][] };
    expect(said.refused.length).toBeGreaterThan(0);
    expect(new Set(said.refused.map(([, name]) => name))).toEqual(new Set(['JournalError']));
    expect(said.kept.length + said.refused.length).toBe(60);
    expect(ids(await all(await folder.open()))).toEqual(said.kept);
    expect(folder.said.lines).toEqual([]);
  });
});

function fill(path: string): void {
  try {
    writeFileSync(join(path, 'filler'), Buffer.alloc(1_000_000));
  } catch {
    // As much as there is room for.
  }
}
