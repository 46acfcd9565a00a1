import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../platform/log/log.js';
import type { JournalEntry } from './journal.js';
import { isCompacted, isJournalFile } from './journal-file.js';
import { entryOf, wholeLines } from './journal-line.js';

export interface OpenJournalFile {
  name: string;
  handle: FileHandle;
  /** Lines that were passed over because a later version wrote them; counted while they are read. */
  unknown: number;
}

/**
 * Everything in a folder, whoever writes or compacts there meanwhile; of compacted files only those that were changed since
 * then. The time of one that is added to says little: its writer sets it by a clock of its own, and files are closed
 * between two lines that belong together.
 */
export async function* everything(
  folder: string,
  log: Log,
  onDamage: () => void = () => undefined,
  changedSinceMs = -Infinity,
): AsyncGenerator<JournalEntry> {
  const files = await openAll(folder, changedSinceMs);
  try {
    yield* inOrder(files.map((file) => entriesIn(file, log, onDamage)));
  } finally {
    await closeAll(files);
  }
}

/** A file that goes away between two looks has become part of one that is there by then. */
async function openAll(folder: string, changedSinceMs: number): Promise<OpenJournalFile[]> {
  const files = new Map<string, OpenJournalFile>();
  const old = new Set<string>();
  try {
    for (let news = true; news;) {
      news = false;
      for (const name of (await readdir(folder)).filter(isJournalFile)) {
        if (files.has(name) || old.has(name)) continue;
        news = true;
        const handle = await openIfThere(join(folder, name));
        if (!handle) continue;
        files.set(name, { name, handle, unknown: 0 });
        if (!isCompacted(name) || (await handle.stat()).mtimeMs >= changedSinceMs) continue;
        files.delete(name);
        old.add(name);
        await handle.close();
      }
    }
    return [...files.values()];
  } catch (error) {
    await closeAll([...files.values()]);
    throw error;
  }
}

/** null = it is gone. */
export async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export async function closeAll(files: readonly OpenJournalFile[]): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close().catch(() => undefined)));
}

/** A line that is damaged is left out, and told of. */
export async function* entriesIn(
  file: OpenJournalFile,
  log: Log,
  onDamage: () => void = () => undefined,
): AsyncGenerator<JournalEntry> {
  let damaged = 0;
  for await (const line of wholeLines(file.handle)) {
    try {
      const entry = entryOf(line);
      if (entry === 'UNKNOWN') {
        file.unknown += 1;
        onDamage();
      } else if (entry !== 'HEADER') yield entry;
    } catch {
      damaged += 1;
      onDamage();
    }
  }
  if (damaged > 0)
    log.error({ file: file.name, damaged }, 'the journal has damaged lines; they are left out');
}

/** Merges what is in order of time each for itself. */
export async function* inOrder(sources: AsyncGenerator<JournalEntry>[]): AsyncGenerator<JournalEntry> {
  const heads: { entry: JournalEntry; source: AsyncGenerator<JournalEntry> }[] = [];
  const advance = async (source: AsyncGenerator<JournalEntry>): Promise<void> => {
    const next = await source.next();
    if (next.done) return;
    const entry = next.value;
    const at = heads.findIndex((head) => head.entry.time > entry.time);
    heads.splice(at < 0 ? heads.length : at, 0, { entry, source });
  };
  for (const source of sources) await advance(source);
  for (let first = heads.shift(); first; first = heads.shift()) {
    yield first.entry;
    await advance(first.source);
  }
}
