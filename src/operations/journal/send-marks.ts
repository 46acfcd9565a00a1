import type { SendAttempt } from '../../domain/operation.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import type { Journal } from './journal.js';

/** Well below the age at which files are compacted. */
const TOLD_FOR_MS = 5 * 60_000;

const MOST_UNTOLD = 10_000;

/**
 * Right before a request leaves, its sender notes so in its journal, synced. Of a sender that has vanished it is therefore
 * known whether it can have sent anything: without a mark, it cannot.
 */
export class SendMarks {
  /** Attempts of which nothing can be told: the journal is not read again for them. */
  private readonly untold = new Set<string>();

  constructor(
    private readonly journal: Journal,
    private readonly clock: Clock,
  ) {}

  /** The journal in which a sender of this process makes its marks: part of its intent. null = it makes none. */
  get journalId(): string | null {
    return this.journal.id;
  }

  /** Resolves once it is on the disk. Throws `JournalError`; then nothing may be sent. */
  async mark(operationId: string, attemptId: string): Promise<void> {
    if (this.journal.id === null) return;
    await this.journal.append({ kind: 'MARK', time: isoTime(this.clock.now()), operationId, attemptId });
  }

  /** Whether it is a sender that makes its marks in this journal, and lately enough. */
  canTellOf({ journalId, intentTime }: SendAttempt): boolean {
    const ageMs = this.clock.now() - Date.parse(intentTime);
    return journalId !== undefined && journalId === this.journal.id && ageMs >= 0 && ageMs <= TOLD_FOR_MS;
  }

  /**
   * Whether the journal says for certain that there was no mark up to now: it has the sender's own line with the intent, and
   * all of it can be read. False = that cannot be told here, nor later. True holds for good only if the intent was revoked before.
   */
  async isUnmarked(attempt: SendAttempt): Promise<boolean> {
    if (this.untold.has(attempt.id) || !this.canTellOf(attempt)) return false;
    const isUnmarked = await this.isWithoutMark(attempt.id).catch(() => false);
    if (!isUnmarked) this.leave(attempt.id);
    return isUnmarked;
  }

  private async isWithoutMark(attemptId: string): Promise<boolean> {
    let isWhole = true;
    let isIntended = false;
    const damaged = (): void => {
      isWhole = false;
    };
    for await (const entry of this.journal.entries(damaged)) {
      if (entry.kind === 'MARK' && entry.attemptId === attemptId) return false;
      if (entry.kind === 'RECORD') isIntended ||= entry.intendedAttemptId === attemptId;
    }
    return isWhole && isIntended;
  }

  private leave(attemptId: string): void {
    this.untold.add(attemptId);
    for (const oldest of this.untold) {
      if (this.untold.size <= MOST_UNTOLD) break;
      this.untold.delete(oldest);
    }
  }
}
