import type { Clock } from '../../platform/clock.js';
import { JournalFile } from './journal-file.js';
import { JournalError } from './journal.js';

/** A file is closed when it has this size or age, so that what is in it can be compacted. */
const FULL_BYTES = 8 * 1024 * 1024;
const OLD_MS = 24 * 3_600_000;
/** A disk that does not answer at all. */
const APPEND_LIMIT_MS = 5_000;
const MOST_FILES_TAKEN = 3;

interface Waiting {
  line: string;
  resolve: () => void;
  reject: (error: Error) => void;
  over: boolean;
}

/** Adds lines to files of one process's own. Whatever waits while the disk is busy is synced together. */
export class JournalWriter {
  private waiting: Waiting[] = [];
  private writing: Promise<void> | null = null;
  private file: JournalFile | null = null;

  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly onSync: (seconds: number) => void = () => undefined,
  ) {}

  /** The file that it adds to at the moment. */
  get path(): string | null {
    return this.file?.path ?? null;
  }

  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        line,
        over: false,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
        reject: (error) => {
          clearTimeout(timer);
          entry.over = true;
          reject(error);
        },
      };
      const timer = setTimeout(
        () => entry.reject(new JournalError(`The disk of ${this.folder} does not answer.`)),
        APPEND_LIMIT_MS,
      );
      this.waiting.push(entry);
      this.writing ??= this.writeAll();
    });
  }

  /** Shows the others that the file is not abandoned. */
  async beat(): Promise<void> {
    await this.file?.touch(this.clock.now());
  }

  /** What comes later begins a new file. */
  async close(): Promise<void> {
    while (this.writing) await this.writing;
    const { file } = this;
    this.file = null;
    await file?.close();
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.filter(({ over }) => !over);
      this.waiting = [];
      try {
        if (batch.length > 0) await this.write(batch.map(({ line }) => line).join(''));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        await this.file?.abandon();
        this.file = null;
        const reason = error instanceof Error ? error.message : String(error);
        const failed = new JournalError(`${this.folder} cannot be written: ${reason}`, { cause: error });
        for (const { reject } of batch) reject(failed);
      }
    }
    this.writing = null;
  }

  private async write(lines: string): Promise<void> {
    for (let taken = 0; taken < MOST_FILES_TAKEN; taken += 1) {
      this.file ??= await JournalFile.create(this.folder, this.clock.now());
      const beganMs = this.clock.monotonic();
      const isOurs = await this.file.add(lines);
      this.onSync((this.clock.monotonic() - beganMs) / 1000);
      if (isOurs) {
        const isOld = this.clock.now() - this.file.createdMs > OLD_MS;
        if (isOld || this.file.bytes > FULL_BYTES) await this.leave();
        return;
      }
      await this.leave();
    }
    throw new Error('its files are taken away');
  }

  private async leave(): Promise<void> {
    const { file } = this;
    this.file = null;
    await file?.close().catch(() => undefined);
  }
}
