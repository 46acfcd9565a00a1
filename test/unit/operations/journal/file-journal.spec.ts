import { appendFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileJournal } from '../../../../src/operations/journal/file-journal.js';
import { JournalError } from '../../../../src/operations/journal/journal.js';
import { silentLog } from '../../../../src/platform/log/log.js';
import { at } from '../../support/operation.js';
import { TestClock } from '../../support/test-clock.js';
import { all, entry, ids, JournalFolder } from './journal-folder.js';

describe('the journal in a folder', () => {
  let folder: JournalFolder;
  beforeEach(() => {
    folder = new JournalFolder();
  });
  afterEach(() => folder.remove());

  it('answers what was appended, to whoever opens the folder', async () => {
    const journal = await folder.open();
    const change = { kind: 'NOT_SENT', attemptId: 'a', notBefore: at(9), text: 'Not sent.' } as const;
    const entries = [
      entry('alpha.1', at(1)),
      { kind: 'CHANGE', time: at(2), operationId: 'alpha.1', change } as const,
    ];
    for (const one of entries) await journal.append(one);
    expect(await all(journal)).toEqual(entries);
    expect(await all(await folder.open())).toEqual(entries);
  });

  it('tells everything in the order of its time, whichever process wrote it', async () => {
    const [one, other] = [await folder.open(), await folder.open()];
    await one.append(entry('alpha.1', at(1)));
    await other.append(entry('alpha.2', at(2)));
    await one.append(entry('alpha.3', at(3)));
    await other.append(entry('alpha.4', at(4)));
    expect(ids(await all(one))).toEqual(['alpha.1', 'alpha.2', 'alpha.3', 'alpha.4']);
    expect(folder.files).toHaveLength(2);
  });

  it('keeps a hundred entries that come at once, each whole', async () => {
    const journal = await folder.open();
    const names = Array.from({ length: 100 }, (_, i) => `alpha.${i}`);
    await Promise.all(names.map((id) => journal.append(entry(id, at(1)))));
    expect(ids(await all(journal))).toEqual(names);
  });

  it('has one name, however often and by however many it is opened', async () => {
    const journals = await Promise.all([folder.open(), folder.open(), folder.open()]);
    expect(new Set(journals.map(({ id }) => id)).size).toBe(1);
    expect((await folder.open()).id).toBe(journals[0]?.id);
  });

  it('remembers the store it last worked with, for all', async () => {
    const journal = await folder.open();
    expect(await journal.knownStore()).toBeNull();
    await journal.rememberStore('one');
    await journal.rememberStore('two');
    expect(await (await folder.open()).knownStore()).toBe('two');
  });

  it('leaves out a last line that was torn off, without a word', async () => {
    const journal = await folder.open();
    await journal.append(entry('alpha.1', at(1)));
    await journal.append(entry('alpha.2', at(2)));
    const path = folder.pathOf(folder.files[0] ?? '');
    truncateSync(path, statSync(path).size - 5);
    expect(ids(await all(await folder.open()))).toEqual(['alpha.1']);
    expect(folder.said.lines).toEqual([]);
  });

  it.each([
    ['nonsense', '{"kind":"REC\n'],
    ['zeros', `${'\0'.repeat(64)}\n`],
    ['another language', '"a word"\n'],
    ['an empty line', '\n'],
  ])('leaves out a damaged line, %s, and says so', async (_what, line) => {
    const journal = await folder.open();
    await journal.append(entry('alpha.1', at(1)));
    appendFileSync(folder.pathOf(folder.files[0] ?? ''), line);
    await journal.append(entry('alpha.2', at(2)));
    expect(ids(await all(journal))).toEqual(['alpha.1', 'alpha.2']);
    expect(folder.said.lines).toEqual([[expect.objectContaining({ damaged: 1 }), expect.any(String)]]);
  });

  it('passes over kinds of entries that a later version writes', async () => {
    const journal = await folder.open();
    await journal.append(entry('alpha.1', at(1)));
    appendFileSync(folder.pathOf(folder.files[0] ?? ''), `{"kind":"OMEN","time":"${at(2)}"}\n`);
    expect(ids(await all(journal))).toEqual(['alpha.1']);
    expect(folder.said.lines).toEqual([]);
  });

  it('reads long records whole', async () => {
    const journal = await folder.open();
    const long = entry('alpha.1', at(1), { reason: 'ä'.repeat(400_000) });
    await journal.append(long);
    await journal.append(entry('alpha.2', at(2)));
    expect(await all(journal)).toEqual([long, entry('alpha.2', at(2))]);
  });

  it('begins a new file once a day, so that the old one can be compacted', async () => {
    const journal = await folder.open();
    await journal.append(entry('alpha.1', at(1)));
    folder.clock.advance(25 * 3_600_000);
    await journal.append(entry('alpha.2', at(2)));
    await journal.append(entry('alpha.3', at(3)));
    expect(folder.files).toHaveLength(2);
    expect(ids(await all(journal))).toEqual(['alpha.1', 'alpha.2', 'alpha.3']);
  });

  it('leaves no file behind when there was nothing to write', async () => {
    const journal = await folder.open();
    await journal.close();
    expect(folder.files).toEqual([]);
  });

  it('takes an answer that comes after it was closed', async () => {
    const journal = await folder.open();
    await journal.append(entry('alpha.1', at(1)));
    await journal.close();
    await journal.append(entry('alpha.2', at(2)));
    expect(ids(await all(journal))).toEqual(['alpha.1', 'alpha.2']);
  });

  describe('that cannot be written', () => {
    it('says so, and goes on when it can be again', async () => {
      const journal = await folder.open();
      await journal.append(entry('alpha.1', at(1)));
      await journal.close();
      expect(await journal.fault()).toBeNull();
      rmSync(folder.path, { recursive: true });
      writeFileSync(folder.path, 'a file in its place');
      folder.clock.advance(10_000);
      await expect(journal.append(entry('alpha.2', at(2)))).rejects.toThrow(JournalError);
      expect(await journal.fault()).toMatch(/^The journal in .* cannot be written: .*\.$/);
      rmSync(folder.path);
      folder.clock.advance(10_000);
      await expect(journal.append(entry('alpha.3', at(3)))).rejects.toThrow(JournalError);
    });

    it('is refused at the start', async () => {
      const path = join(folder.path, 'file');
      writeFileSync(path, '');
      await expect(FileJournal.open(path, new TestClock(), silentLog())).rejects.toThrow(JournalError);
    });

    it('is told from one that can, by a write that leaves nothing behind', async () => {
      const journal = await folder.open();
      expect(await journal.fault()).toBeNull();
      expect(readdirSync(folder.path)).toEqual(['id']);
    });
  });
});
