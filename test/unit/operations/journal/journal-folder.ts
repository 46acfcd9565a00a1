import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileJournal } from '../../../../src/operations/journal/file-journal.js';
import type { Journal, JournalEntry } from '../../../../src/operations/journal/journal.js';
import type { Clock } from '../../../../src/platform/clock.js';
import { recordingLog } from '../../support/recording-log.js';
import { operation } from '../../support/operation.js';
import { TestClock } from '../../support/test-clock.js';

/** A folder that any number of journals work in, as processes of one machine would. */
export class JournalFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'dr-gateway-journal-'));
  readonly said = recordingLog();
  readonly clock = new TestClock();
  private readonly opened: Journal[] = [];

  async open(clock: Clock = this.clock): Promise<FileJournal> {
    const journal = await FileJournal.open(this.path, clock, this.said.log);
    this.opened.push(journal);
    return journal;
  }

  get files(): string[] {
    return readdirSync(this.path).filter((name) => name.endsWith('.ndjson'));
  }

  pathOf(name: string): string {
    return join(this.path, name);
  }

  text(name: string): string {
    return readFileSync(join(this.path, name), 'utf8');
  }

  async remove(): Promise<void> {
    await Promise.all(this.opened.map((journal) => journal.close()));
    rmSync(this.path, { recursive: true, force: true });
  }
}

export async function all(journal: Journal): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of journal.entries()) entries.push(entry);
  return entries;
}

export function entry(id: string, time: string, changes: object = {}): JournalEntry {
  return { kind: 'RECORD', time, record: operation({ id, ...changes }) };
}

/** The ids of what was recorded, in their order. */
export function ids(entries: readonly JournalEntry[]): string[] {
  return entries.map((one) => (one.kind === 'RECORD' ? one.record.id : one.operationId));
}
