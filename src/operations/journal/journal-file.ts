import { link, open, readFile, rename, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';

/** Its writer adds to it. */
const WRITTEN = /^journal-[\w-]+\.ndjson$/;
/** Made of others by `compacted`; never added to. */
const COMPACTED = /^compacted-[\w-]+\.ndjson$/;

export const FORMAT = 1;

export function isJournalFile(name: string): boolean {
  return WRITTEN.test(name) || COMPACTED.test(name);
}

export function isCompacted(name: string): boolean {
  return COMPACTED.test(name);
}

/** The file that one process adds to, until it is full, old, or taken from it. */
export class JournalFile {
  private synced: number;
  private holdsEntries = false;

  private constructor(
    readonly path: string,
    readonly createdMs: number,
    private readonly handle: FileHandle,
    header: number,
  ) {
    this.synced = header;
  }

  static async create(folder: string, nowMs: number): Promise<JournalFile> {
    const path = join(folder, `journal-${uuidv7()}.ndjson`);
    const handle = await open(path, 'ax', 0o600);
    const header = headerLine(nowMs);
    try {
      await handle.appendFile(header);
      await handle.sync();
      await syncFolder(folder);
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    }
    return new JournalFile(path, nowMs, handle, Buffer.byteLength(header));
  }

  get bytes(): number {
    return this.synced;
  }

  /**
   * Writes and syncs. False = it is not this process's any more (it seemed to be dead, and was frozen only): what was
   * written may have come too late for whoever took the file.
   */
  async add(lines: string): Promise<boolean> {
    await this.handle.appendFile(lines);
    await this.handle.datasync();
    const { nlink, ino, size } = await this.handle.stat();
    const there = await stat(this.path).catch(() => null);
    if (nlink !== 1 || there?.ino !== ino) return false;
    this.synced = size;
    this.holdsEntries = true;
    return true;
  }

  /** Shows that its writer lives. */
  async touch(nowMs: number): Promise<void> {
    await utimes(this.path, nowMs / 1000, nowMs / 1000);
  }

  async close(): Promise<void> {
    await this.handle.close();
    if (!this.holdsEntries) await rm(this.path, { force: true });
  }

  /** After a failure: what is not synced is cut off, as far as that can be. */
  async abandon(): Promise<void> {
    await this.handle.truncate(this.synced).catch(() => undefined);
    await this.close().catch(() => undefined);
  }
}

/** A file that is there with all of it, or not at all. */
export async function writeWhole(folder: string, name: string, content: Iterable<string>): Promise<void> {
  const temporary = await writeBeside(folder, name, content);
  await rename(temporary, join(folder, name));
  await syncFolder(folder);
}

/** The same, unless it is there already. Answers what it says. */
export async function writeNew(folder: string, name: string, content: string): Promise<string> {
  const temporary = await writeBeside(folder, name, [content]);
  try {
    await link(temporary, join(folder, name));
    await syncFolder(folder);
    return content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await readFile(join(folder, name), 'utf8');
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeBeside(folder: string, name: string, content: Iterable<string>): Promise<string> {
  const temporary = join(folder, `${name}.new-${uuidv7()}`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      for (const part of content) await handle.appendFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return temporary;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

export function headerLine(nowMs: number): string {
  const time = new Date(nowMs).toISOString();
  return `${JSON.stringify({ kind: 'HEADER', format: FORMAT, time, pid: process.pid })}\n`;
}

/** So that the names in it outlive a power failure, too. Some systems do not let a folder be synced. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
