import { Journal, type JournalEntry, type KnownJournal } from '../../../src/operations/journal/journal.js';

/** What would be on the disk of one machine; its processes share it. */
export class SharedJournal extends Journal {
  readonly lines: string[] = [];
  token: string | null = null;
  known: readonly KnownJournal[] = [];
  /** Asked of at every reading; a test may have something happen then. */
  onReading: () => Promise<void> = () => Promise.resolve();

  constructor(readonly id: string) {
    super();
  }

  append(entry: JournalEntry): Promise<void> {
    this.lines.push(JSON.stringify(entry));
    return Promise.resolve();
  }

  async *entries(): AsyncIterable<JournalEntry> {
    await this.onReading();
    for (const line of [...this.lines]) yield JSON.parse(line) as JournalEntry;
  }

  knownStore(): Promise<string | null> {
    return Promise.resolve(this.token);
  }

  rememberStore(token: string): Promise<void> {
    this.token = token;
    return Promise.resolve();
  }

  override knownJournals(): Promise<KnownJournal[]> {
    return Promise.resolve([...this.known]);
  }

  override rememberJournals(journals: readonly KnownJournal[]): Promise<void> {
    this.known = journals;
    return Promise.resolve();
  }

  fault(): Promise<string | null> {
    return Promise.resolve(null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
