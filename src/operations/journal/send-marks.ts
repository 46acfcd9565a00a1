import type { SendAttempt } from '../../domain/operation.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import { TimedPlaces } from '../../platform/timed-places.js';
import type { Journal } from './journal.js';

/** Well below the age at which files are compacted. */
const TOLD_FOR_MS = 5 * 60_000;

/** A compacted file that is older by so much is not read: the clocks of its times may differ. */
const MARGIN_MS = 3_600_000;

/** A disk that does not answer tells nothing. */
const READ_LIMIT_MS = 10_000;

const MOST_UNTOLD = 10_000;

/** What one reading of the journal found. */
interface Marked {
  /** All of it could be read and understood. */
  isWhole: boolean;
  marked: ReadonlySet<string>;
  /** Those whose sender wrote here. */
  intended: ReadonlySet<string>;
}

class Reading {
  isBegun = false;
  readonly found: Promise<Marked>;

  constructor(places: TimedPlaces, read: () => Promise<Marked>) {
    const begun = (): Promise<Marked> => {
      this.isBegun = true;
      return read();
    };
    // One that is refused is over, too.
    this.found = places.run(begun).finally(() => (this.isBegun = true));
  }
}

/**
 * Right before a request leaves, its sender notes so in its journal, synced. Of a sender that has vanished it is therefore
 * known whether it can have sent anything: without a mark, it cannot.
 */
export class SendMarks {
  /** Attempts of which nothing can be told, those with a mark among them: the journal is not read again for them. */
  private readonly untold = new Set<string>();
  private readonly readings = new TimedPlaces(1, READ_LIMIT_MS);
  private latest: Reading | null = null;

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
    this.leave(attemptId);
  }

  /** Whether it is a sender that makes its marks in this journal, and lately enough. */
  canTellOf({ journalId, intentTime }: SendAttempt): boolean {
    const ageMs = this.clock.now() - Date.parse(intentTime);
    return journalId !== undefined && journalId === this.journal.id && ageMs >= 0 && ageMs <= TOLD_FOR_MS;
  }

  /**
   * Whether the journal says for certain that there was no mark up to now: it has the sender's own line with the intent, and
   * all of it can be read. False = that cannot be told here. True holds for good only if the intent was revoked before.
   * Throws nothing.
   */
  async isUnmarked(attempt: SendAttempt): Promise<boolean> {
    return (await this.unmarkedOf([attempt])).has(attempt.id);
  }

  /** The ids of those that are, by one reading for all. */
  async unmarkedOf(attempts: readonly SendAttempt[]): Promise<ReadonlySet<string>> {
    const asked = attempts.filter((attempt) => !this.untold.has(attempt.id) && this.canTellOf(attempt));
    if (asked.length === 0) return new Set();
    const found = await this.reading().catch(() => null);
    // It may be readable another time.
    if (!found) return new Set();
    const { isWhole, marked, intended } = found;
    const isUnmarked = ({ id }: SendAttempt): boolean => isWhole && intended.has(id) && !marked.has(id);
    for (const attempt of asked) if (!isUnmarked(attempt)) this.leave(attempt.id);
    return new Set(asked.filter(isUnmarked).map(({ id }) => id));
  }

  /** One that has not begun yet: whatever was revoked up to now is revoked before it. */
  private reading(): Promise<Marked> {
    if (!this.latest || this.latest.isBegun) this.latest = new Reading(this.readings, () => this.read());
    return this.latest.found;
  }

  private async read(): Promise<Marked> {
    const sinceMs = this.clock.now() - TOLD_FOR_MS - MARGIN_MS;
    const [marked, intended] = [new Set<string>(), new Set<string>()];
    let isWhole = true;
    const onDamage = (): void => {
      isWhole = false;
    };
    for await (const entry of this.journal.entries(onDamage, sinceMs)) {
      if (entry.kind === 'MARK') marked.add(entry.attemptId);
      if (entry.kind === 'RECORD' && entry.intendedAttemptId) intended.add(entry.intendedAttemptId);
    }
    return { isWhole, marked, intended };
  }

  private leave(attemptId: string): void {
    this.untold.add(attemptId);
    for (const oldest of this.untold) {
      if (this.untold.size <= MOST_UNTOLD) break;
      this.untold.delete(oldest);
    }
  }
}
