import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { v4 as uuidv4 } from 'uuid';
import type { Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import { compact } from './journal-compaction.js';
import { writeNew, writeWhole } from './journal-file.js';
import { lineOf } from './journal-line.js';
import { everything } from './journal-reading.js';
import { JournalWriter } from './journal-writer.js';
import { Journal, JournalError, type JournalEntry, type KnownJournal } from './journal.js';

const BEAT_MS = 60_000;
const PROBE_BYTES = 4096;
const PROBE_GOOD_MS = 5_000;

/**
 * A folder of append-only files, one entry per line: each process adds to a file of its own and reads them all. What
 * `append` resolved is synced. Reading and compacting need no lock.
 */
export class FileJournal extends Journal {
  private readonly writer: JournalWriter;
  private readonly beating: NodeJS.Timeout;
  private probed: { atMs: number; fault: Promise<string | null> } | null = null;

  private constructor(
    readonly id: string,
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly log: Log,
    onSync: (seconds: number) => void,
  ) {
    super();
    this.writer = new JournalWriter(folder, clock, onSync);
    this.beating = setInterval(() => void this.writer.beat().catch(() => undefined), BEAT_MS);
    this.beating.unref();
  }

  /**
   * Makes the folder if need be. Throws `JournalError` when nothing can be written there.
   * @param onSync told how long each write took, with its sync
   */
  static async open(
    directory: string,
    clock: Clock,
    log: Log,
    onSync: (seconds: number) => void = () => undefined,
  ): Promise<FileJournal> {
    const folder = resolve(directory);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const id = (await read(folder, 'id')) ?? (await writeNew(folder, 'id', uuidv4()));
      return new FileJournal(id, folder, clock, log, onSync);
    } catch (error) {
      throw new JournalError(`${folder} cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }

  append(entry: JournalEntry): Promise<void> {
    return this.writer.append(lineOf(entry));
  }

  entries(onDamage?: () => void, changedSinceMs?: number): AsyncIterable<JournalEntry> {
    return everything(this.folder, this.log, onDamage, changedSinceMs);
  }

  knownStore(): Promise<string | null> {
    return read(this.folder, 'known-store');
  }

  async rememberStore(token: string): Promise<void> {
    await writeWhole(this.folder, 'known-store', [token]);
  }

  override async knownJournals(): Promise<KnownJournal[]> {
    const text = await read(this.folder, 'known-journals');
    try {
      return JSON.parse(text ?? '[]') as KnownJournal[];
    } catch {
      return [];
    }
  }

  override async rememberJournals(journals: readonly KnownJournal[]): Promise<void> {
    await writeWhole(this.folder, 'known-journals', [JSON.stringify(journals)]);
  }

  /** By a write of its own, every few seconds at the most. */
  fault(): Promise<string | null> {
    const now = this.clock.monotonic();
    if (!this.probed || now - this.probed.atMs > PROBE_GOOD_MS) {
      this.probed = { atMs: now, fault: this.probe() };
    }
    return this.probed.fault;
  }

  /** Makes one file of those that nobody writes to any more. */
  async compact(): Promise<void> {
    await compact(this.folder, this.clock.now(), this.log);
  }

  async close(): Promise<void> {
    clearInterval(this.beating);
    await this.writer.close();
  }

  private async probe(): Promise<string | null> {
    const path = join(this.folder, `probe-${process.pid}`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the disk does not answer')), PROBE_GOOD_MS);
    });
    try {
      await Promise.race([writeAndRemove(path), late]);
      return null;
    } catch (error) {
      return `The journal in ${this.folder} cannot be written: ${(error as Error).message}.`;
    } finally {
      clearTimeout(timer);
    }
  }
}

async function writeAndRemove(path: string): Promise<void> {
  try {
    const handle = await open(path, 'w', 0o600);
    try {
      await handle.writeFile(Buffer.alloc(PROBE_BYTES));
      await handle.datasync();
    } finally {
      await handle.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}

async function read(folder: string, name: string): Promise<string | null> {
  try {
    return (await readFile(join(folder, name), 'utf8')).trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
