import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Decision } from '../domain/access/decision.js';
import { problem, ProblemError } from '../domain/problem.js';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/log/throttled.js';
import type { Recorded } from './audit-entry.js';
import type { AuditKeys } from './audit-keys.js';
import { bounded } from './bounded.js';
import { ChainWriter } from './chain-writer.js';
import type { Checkpoints } from './checkpoints.js';
import { KeptAuditTrail } from './kept-audit-trail.js';
import { RefusalCounts } from './refusal-counts.js';

const EVERY_MS = 60_000;
/** A disk that did not take an entry is tried again at most so often without one. */
const TRIED_EVERY_MS = 5_000;

export interface AuditTools {
  keys: AuditKeys;
  clock: Clock;
  log: Log;
  checkpoints: Pick<Checkpoints, 'tell'>;
  /** Told how long each write took, with its sync. */
  onSync?: (seconds: number) => void;
  /** Told of what could not be recorded. */
  onLost?: (decision: Decision) => void;
}

/** The audit as a folder of chains; this process adds to one of its own. */
export class FileAuditTrail extends KeptAuditTrail {
  readonly isKept = true;
  private readonly writer: ChainWriter;
  private readonly refusals = new RefusalCounts();
  private readonly minutes: NodeJS.Timeout;
  private readonly say: (error: Error) => void;
  private failure: string | null = null;
  private triedMs: number | null = null;

  private constructor(
    folder: string,
    private readonly tools: AuditTools,
  ) {
    super();
    this.say = throttled(tools.log, 'audit');
    this.writer = new ChainWriter(folder, tools.keys, tools.clock, tools.onSync);
    this.minutes = setInterval(() => void this.endMinute(), EVERY_MS);
    this.minutes.unref();
  }

  /** Makes the folder if need be, and begins a chain. Throws when nothing can be written there. */
  static async open(directory: string, tools: AuditTools): Promise<FileAuditTrail> {
    const folder = resolve(directory);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const trail = new FileAuditTrail(folder, tools);
    try {
      await trail.writer.begin();
    } catch (error) {
      clearInterval(trail.minutes);
      throw error;
    }
    return trail;
  }

  async record(decision: Decision): Promise<void> {
    const entry =
      decision.kind === 'REFUSED' ? this.refusals.now(bounded(decision)) : { ...bounded(decision), count: 1 };
    if (entry) await this.write(entry);
  }

  /** What was counted is written, and the head told to others. */
  async endMinute(): Promise<void> {
    await Promise.allSettled(this.refusals.flush().map((entry) => this.write(entry)));
    await this.tools.checkpoints.tell(this.writer.head).catch((error: Error) => this.say(error));
  }

  /** Why nothing can be recorded; null = it can. */
  async fault(): Promise<string | null> {
    const now = this.tools.clock.monotonic();
    if (this.failure !== null && (this.triedMs === null || now - this.triedMs >= TRIED_EVERY_MS)) {
      this.triedMs = now;
      await this.writer.begin().then(
        () => (this.failure = null),
        (error: Error) => (this.failure = error.message),
      );
    }
    return this.failure === null ? null : `Decisions cannot be recorded: ${this.failure}.`;
  }

  async close(): Promise<void> {
    clearInterval(this.minutes);
    await this.endMinute();
    const end = await this.writer.close().catch((error: Error) => {
      this.say(error);
      return null;
    });
    await this.tools.checkpoints.tell(end).catch((error: Error) => this.say(error));
  }

  private async write(entry: Recorded): Promise<void> {
    try {
      await this.writer.add(entry);
      this.failure = null;
    } catch (error) {
      this.failure = (error as Error).message;
      this.say(error as Error);
      this.tools.onLost?.(entry);
      throw new ProblemError(
        problem(
          'audit-unavailable',
          'It cannot be recorded who decided this, so it was not done: the disk of the audit takes nothing.',
        ),
      );
    }
  }
}
