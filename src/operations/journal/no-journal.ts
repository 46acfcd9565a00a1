import { Journal, type JournalEntry } from './journal.js';

/** Keeps nothing: for those who chose to have the store as the only witness. */
export class NoJournal extends Journal {
  readonly id = null;

  append(): Promise<void> {
    return Promise.resolve();
  }

  async *entries(): AsyncIterable<JournalEntry> {
    // There are none.
  }

  knownStore(): Promise<string | null> {
    return Promise.resolve(null);
  }

  rememberStore(): Promise<void> {
    return Promise.resolve();
  }

  fault(): Promise<string | null> {
    return Promise.resolve(null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
