import { Journal, JournalError, type JournalEntry } from '../../src/operations/journal/journal.js';
import type { SimProcess } from './sim-process.js';

/** A folder on one machine; it outlives the processes that write to it. */
export class Folder {
  readonly entries: JournalEntry[] = [];
  known: string | null = null;
  /** How often the disk refuses. */
  faults: () => boolean = () => false;

  constructor(readonly id: string) {}
}

/** One process's way to its folder. What was not synced when it died is not there. */
export class SimJournal extends Journal {
  readonly id: string;

  constructor(
    private readonly folder: Folder,
    private readonly process: SimProcess,
  ) {
    super();
    this.id = folder.id;
  }

  append(entry: JournalEntry): Promise<void> {
    return this.process.call('journal', () => {
      if (this.folder.faults()) throw new JournalError('The disk is full.');
      this.folder.entries.push(entry);
    });
  }

  async *entries(): AsyncIterable<JournalEntry> {
    yield* await this.process.call('journal-read', () => [...this.folder.entries]);
  }

  knownStore(): Promise<string | null> {
    return this.process.call('journal-read', () => this.folder.known);
  }

  rememberStore(token: string): Promise<void> {
    return this.process.call('journal-read', () => {
      this.folder.known = token;
    });
  }

  fault(): Promise<string | null> {
    return Promise.resolve(null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
