import { appendFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import type { Change } from '../../../../src/domain/operation-change.js';
import type { FileJournal } from '../../../../src/operations/journal/file-journal.js';
import { journaledRecords } from '../../../../src/operations/journal/journaled-record.js';
import { at, call, operation, operationIn } from '../../support/operation.js';
import { all, entry, ids, JournalFolder } from './journal-folder.js';

const DAY_MS = 24 * 3_600_000;

describe('compacting the journal', () => {
  let folder: JournalFolder;
  beforeEach(() => {
    folder = new JournalFolder();
    folder.clock.advance(1_000_000);
  });
  afterEach(() => folder.remove());

  /** As if nobody had touched any file for so long. */
  function age(ms: number, names = folder.files): void {
    const then = (folder.clock.now() - ms) / 1000;
    for (const name of names) utimesSync(folder.pathOf(name), then, then);
  }

  async function written(...entries: ReturnType<typeof entry>[]): Promise<FileJournal> {
    const journal = await folder.open();
    for (const one of entries) await journal.append(one);
    return journal;
  }

  it('makes one file of those that nobody writes to any more', async () => {
    await written(entry('alpha.1', at(1)));
    await written(entry('alpha.2', at(2)));
    age(11 * 60_000);
    const alive = await written(entry('alpha.3', at(3)));
    age(9 * 60_000, folder.files.slice(-1));
    await alive.compact();
    expect(folder.files.map((name) => name.split('-')[0])).toEqual(['compacted', 'journal']);
    expect(ids(await all(alive))).toEqual(['alpha.1', 'alpha.2', 'alpha.3']);
    expect(readdirSync(folder.path).sort()).toEqual([...folder.files, 'id'].sort());
  });

  it('keeps of each operation the last record, its key, and what was answered since', async () => {
    const claim = { keyHash: 'k', fingerprint: 'f' };
    const sending = operationIn('SUBMITTING', { version: 2, id: 'alpha.1' });
    const accepted: Change = { kind: 'ACCEPTED', attemptId: 'attempt-1', ref: { jobIds: ['job-7'] } };
    const journal = await folder.open();
    await journal.append({ kind: 'RECORD', time: at(1), record: operation({ id: 'alpha.1' }), claim });
    await journal.append({ kind: 'RECORD', time: at(2), record: sending });
    await journal.append({ kind: 'CHANGE', time: at(3), operationId: 'alpha.1', change: accepted });
    const before = await journaledRecords(journal.entries());
    age(11 * 60_000);
    await (await folder.open()).compact();
    expect(await all(journal)).toHaveLength(2);
    expect(await journaledRecords(journal.entries())).toEqual(before);
    expect(before.get('alpha.1')).toMatchObject({
      claim,
      stored: { version: 2 },
      record: { version: 3, state: 'RUNNING', calls: [{ state: 'ACCEPTED', ref: { jobIds: ['job-7'] } }] },
    });
  });

  it('forgets what ended more than thirty days ago, and nothing that has not ended', async () => {
    const long = new Date(folder.clock.now() - 31 * DAY_MS).toISOString();
    const short = new Date(folder.clock.now() - 29 * DAY_MS).toISOString();
    await written(
      entry('alpha.unknown', long, operationIn('UNKNOWN', { id: 'alpha.unknown', updatedTime: long })),
      entry('alpha.old', long, operationIn('SUCCEEDED', { id: 'alpha.old', version: 4, updatedTime: long })),
      entry('alpha.new', short, operationIn('FAILED', { id: 'alpha.new', version: 4, updatedTime: short })),
    );
    age(11 * 60_000);
    const journal = await folder.open();
    await journal.compact();
    expect(ids(await all(journal))).toEqual(['alpha.unknown', 'alpha.new']);
  });

  it('does not forget the end of what a living file still has the beginning of', async () => {
    const long = new Date(folder.clock.now() - 31 * DAY_MS).toISOString();
    const end = operationIn('SUCCEEDED', { id: 'alpha.1', version: 4, updatedTime: long });
    await written(entry('alpha.1', long, end));
    age(11 * 60_000);
    const alive = await written(entry('alpha.1', long));
    age(0, folder.files.slice(-1));
    await alive.compact();
    expect((await journaledRecords(alive.entries())).get('alpha.1')?.record.state).toBe('SUCCEEDED');
  });

  it('loses nothing of a process that was only frozen', async () => {
    const frozen = await written(entry('alpha.1', at(1)));
    age(11 * 60_000);
    await (await folder.open()).compact();
    await frozen.append(entry('alpha.2', at(2)));
    await frozen.append(entry('alpha.3', at(3)));
    expect(ids(await all(frozen))).toEqual(['alpha.1', 'alpha.2', 'alpha.3']);
  });

  it('loses nothing of a process that writes again while its file is being read', async () => {
    for (let round = 0; round < 20; round += 1) {
      const frozen = await written(entry(`alpha.${round}.a`, at(1)));
      age(11 * 60_000);
      const other = await folder.open();
      await Promise.all([other.compact(), frozen.append(entry(`alpha.${round}.b`, at(2)))]);
      expect(ids(await all(other))).toEqual(expect.arrayContaining([`alpha.${round}.a`, `alpha.${round}.b`]));
    }
  });

  it('by several at once loses nothing', async () => {
    for (let i = 0; i < 10; i += 1) await written(entry(`alpha.${i}`, at(i)));
    age(11 * 60_000);
    const journals = await Promise.all([folder.open(), folder.open(), folder.open()]);
    const read = journals.map((journal) => all(journal));
    await Promise.all(journals.map((journal) => journal.compact()));
    const found = [...(await Promise.all(read)), await all(await folder.open())];
    for (const entries of found) expect(new Set(ids(entries)).size).toBe(10);
    await journals[0]?.compact();
    expect(await all(await folder.open())).toHaveLength(10);
  });

  it('removes what one that was killed left behind half done', async () => {
    const journal = await written(entry('alpha.1', at(1)));
    const name = folder.files[0] ?? '';
    const long = folder.clock.now() - 3_600_000;
    for (const left of [`${name}.taken-${long}-x`, 'compacted-x.ndjson.new-y', 'probe-1']) {
      writeFileSync(folder.pathOf(left), '');
      age(3_600_000, [left]);
    }
    age(11 * 60_000);
    await journal.compact();
    expect(readdirSync(folder.path).sort()).toEqual([...folder.files, 'id'].sort());
    expect(ids(await all(journal))).toEqual(['alpha.1']);
  });

  it('leaves a file alone that holds something a later version wrote', async () => {
    const journal = await written(entry('alpha.1', at(1)));
    const name = folder.files[0] ?? '';
    appendFileSync(folder.pathOf(name), `{"kind":"OMEN","time":"${at(2)}"}\n`);
    age(11 * 60_000);
    await journal.compact();
    expect(folder.text(name)).toContain('OMEN');
    expect((await journaledRecords(journal.entries())).size).toBe(1);
  });

  it('does nothing when there is nothing to do', async () => {
    const journal = await written(entry('alpha.1', at(1), { calls: [call('PENDING')] }));
    age(11 * 60_000);
    await journal.compact();
    const { files } = folder;
    await journal.compact();
    expect(folder.files).toEqual(files);
  });
});
