import type { Log } from '../../platform/log/log.js';
import { FileJournal } from './file-journal.js';
import type { Journal } from './journal.js';

const DAY_MS = 24 * 3_600_000;

/** Keeps the folder small: at the start, and once a day. */
export class JournalUpkeep {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly journal: Journal,
    private readonly log: Log,
  ) {}

  start(): void {
    if (!(this.journal instanceof FileJournal)) return;
    void this.compact(this.journal);
    const { journal } = this;
    this.timer = setInterval(() => void this.compact(journal), DAY_MS);
    this.timer.unref();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private async compact(journal: FileJournal): Promise<void> {
    try {
      await journal.compact();
    } catch (error) {
      this.log.warn({ reason: (error as Error).message }, 'the journal could not be compacted');
    }
  }
}
