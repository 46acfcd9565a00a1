import { isVerdict } from '../domain/operation.js';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import type { StoreGuard } from './guard/store-guard.js';
import { FileJournal } from './journal/file-journal.js';
import type { Journal } from './journal/journal.js';
import { journaledRecords } from './journal/journaled-record.js';
import type { OperationStore } from './operation-store.js';

/** The guard is open by then. */
const SOON_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/**
 * Keeps the folder small, and up to date with what other machines have done: an operation that was accepted here may have
 * been sent, and have ended, in a process with a journal of its own.
 */
export class JournalUpkeep {
  private timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly journal: Journal,
    private readonly store: OperationStore,
    private readonly guard: StoreGuard,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Soon, and once a day. */
  start(): void {
    const { journal } = this;
    if (!(journal instanceof FileJournal)) return;
    const all = async (): Promise<void> => {
      await this.tried(() => this.learnEnds());
      await this.tried(() => journal.compact());
    };
    this.timers = [
      setTimeout(() => void all(), SOON_MS).unref(),
      setInterval(() => void all(), DAY_MS).unref(),
    ];
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** Writes down what has ended elsewhere. Answers how much. Throws while the store is not to be believed. */
  async learnEnds(): Promise<number> {
    this.guard.pass();
    let learnt = 0;
    for (const [id, { stored }] of await journaledRecords(this.journal.entries())) {
      if (isVerdict(stored.state)) continue;
      const now = await this.store.find(id);
      if (!now || !isVerdict(now.state)) continue;
      await this.journal.append({ kind: 'RECORD', time: isoTime(this.clock.now()), record: now });
      learnt += 1;
    }
    return learnt;
  }

  private async tried(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const words = 'the journal was not put in order; that is tried again tomorrow';
      this.log.warn({ reason: (error as Error).message }, words);
    }
  }
}
