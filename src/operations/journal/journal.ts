import type { Change } from '../../domain/operation-change.js';
import type { Operation } from '../../domain/operation.js';
import type { IdempotencyClaim } from '../operation-store.js';

/** What a process writes down outside the store, so that a store that is lost can be rebuilt. */
export type JournalEntry =
  /** The record as the store has it: when it was accepted, before it is sent, when it ended. */
  | {
      kind: 'RECORD';
      time: string;
      record: Operation;
      claim?: IdempotencyClaim | null;
      /** Written by the sender of that attempt itself, before it sends. */
      intendedAttemptId?: string;
    }
  /** What an upstream answered, written down whether or not the store takes it. */
  | { kind: 'CHANGE'; time: string; operationId: string; change: Change }
  /** The request of that attempt is about to leave: before this, nothing of it can have left. */
  | { kind: 'MARK'; time: string; operationId: string; attemptId: string };

export interface KnownJournal {
  id: string;
  /** Milliseconds since the epoch. */
  seenMs: number;
}

/**
 * The second witness: a local file beside the store, shared by the processes of one machine that name the same folder.
 * It is read only when the store may have lost something; whoever runs normally never asks it.
 */
export abstract class Journal {
  /** Names the folder, whichever process writes to it and however often it is restarted; null = nothing is kept. */
  abstract readonly id: string | null;

  /** Resolves once the entry is on the disk, synced. Throws `JournalError`; then nothing may be sent or promised upon it. */
  abstract append(entry: JournalEntry): Promise<void>;

  /**
   * Everything that any process wrote into the folder, in the order of `time` per operation. A torn last line is left out.
   * @param onDamage told when a whole line could not be read or understood, and was left out
   * @param changedSinceMs what was added to before that only may be left out, milliseconds since the epoch
   */
  abstract entries(onDamage?: () => void, changedSinceMs?: number): AsyncIterable<JournalEntry>;

  /** The token of the store that this folder last worked with (`StoreGuard`); null = none yet. */
  abstract knownStore(): Promise<string | null>;
  abstract rememberStore(token: string): Promise<void>;

  /** Which journals worked with that store, this one among them, and when they were seen last; `-` = whoever keeps none. */
  knownJournals(): Promise<KnownJournal[]> {
    return Promise.resolve([]);
  }

  rememberJournals(_journals: readonly KnownJournal[]): Promise<void> {
    return Promise.resolve();
  }

  /** Why it cannot be written at the moment, in a sentence; null = all is well. */
  abstract fault(): Promise<string | null>;

  abstract close(): Promise<void>;
}

export class JournalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
  }
}
