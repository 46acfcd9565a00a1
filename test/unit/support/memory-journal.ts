import { Journal, JournalError, type JournalEntry } from '../../../src/operations/journal/journal.js';

/** Keeps everything until the test is over, and can be broken meanwhile. */
export class MemoryJournal extends Journal {
  readonly kept: JournalEntry[] = [];
  /** Why nothing can be written. */
  broken: string | null = null;
  /** Called with each entry before it is kept. */
  onAppend: (entry: JournalEntry) => void | Promise<void> = () => undefined;
  private known: string | null = null;

  constructor(readonly id: string = 'memory') {
    super();
  }

  async append(entry: JournalEntry): Promise<void> {
    await this.onAppend(entry);
    if (this.broken !== null) throw new JournalError(this.broken);
    this.kept.push(structuredClone(entry));
  }

  async *entries(): AsyncIterable<JournalEntry> {
    await Promise.resolve();
    yield* [...this.kept];
  }

  knownStore(): Promise<string | null> {
    return Promise.resolve(this.known);
  }

  rememberStore(token: string): Promise<void> {
    this.known = token;
    return Promise.resolve();
  }

  fault(): Promise<string | null> {
    return Promise.resolve(this.broken);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
