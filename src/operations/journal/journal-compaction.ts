import { link, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { isVerdict } from '../../domain/operation.js';
import type { Log } from '../../platform/log/log.js';
import type { JournalEntry } from './journal.js';
import { folded, journaledHistories, type JournaledHistory } from './journaled-record.js';
import { headerLine, isCompacted, isJournalFile, writeWhole } from './journal-file.js';
import { lineOf } from './journal-line.js';
import { closeAll, entriesIn, inOrder, openIfThere, type OpenJournalFile } from './journal-reading.js';

/** A living writer shows itself every minute. */
const ABANDONED_MS = 10 * 60_000;
/** How long what has ended is still known, for a store that lost its history. */
const ENDED_KEPT_MS = 30 * 24 * 3_600_000;

/**
 * Makes one file of those that nobody adds to any more: the last record of each operation, and what was answered
 * since. A writer that was only frozen notices that its file has a second name, and begins a new one: what it adds
 * after the file was read is not lost. What a later version wrote stays where it is. Any number of processes may do this
 * at once.
 */
export async function compact(folder: string, nowMs: number, log: Log): Promise<void> {
  const { closed, open } = await filesIn(folder, nowMs);
  if (closed.length === 0 || (closed.length === 1 && isCompacted(closed[0] ?? ''))) return;
  const claimed = closed.map((name) => ({
    name,
    second: join(folder, `${name}.taken-${nowMs}-${uuidv7()}`),
  }));
  const files: OpenJournalFile[] = [];
  try {
    for (const { name, second } of claimed) {
      await link(join(folder, name), second).catch(unlessGone);
      const handle = await openIfThere(second);
      if (handle) files.push({ name, handle, unknown: 0 });
    }
    const histories = await journaledHistories(inOrder(files.map((file) => entriesIn(file, log))));
    const stillAdded = await operationsIn(folder, open, log);
    const kept = [...histories.values()].filter(
      (history) => stillAdded.has(history.last.record.id) || !isOutdated(history, nowMs),
    );
    if (kept.length > 0) await write(folder, kept, nowMs);
    for (const { name } of files.filter(({ unknown }) => unknown === 0)) {
      await rm(join(folder, name), { force: true });
    }
    log.info({ files: files.length, operations: kept.length }, 'the journal was compacted');
  } finally {
    await closeAll(files);
    for (const { second } of claimed) await rm(second, { force: true }).catch(() => undefined);
  }
}

async function filesIn(folder: string, nowMs: number): Promise<{ closed: string[]; open: string[] }> {
  const closed: string[] = [];
  const open: string[] = [];
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (!found?.isFile()) continue;
    // A second name has the times of the file that it names.
    const touchedMs = Number(/\.taken-(\d+)-/.exec(name)?.[1] ?? found.mtimeMs);
    const abandoned = nowMs - touchedMs > ABANDONED_MS;
    if (isJournalFile(name)) (abandoned || isCompacted(name) ? closed : open).push(name);
    // What one that was killed left behind half done.
    else if (abandoned && /\.(taken|new)-|^probe-/.test(name)) await rm(join(folder, name), { force: true });
  }
  return { closed, open };
}

async function operationsIn(folder: string, names: readonly string[], log: Log): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const name of names) {
    const handle = await openIfThere(join(folder, name));
    if (!handle) continue;
    try {
      for await (const entry of entriesIn({ name, handle, unknown: 0 }, log)) {
        ids.add(entry.kind === 'RECORD' ? entry.record.id : entry.operationId);
      }
    } finally {
      await handle.close();
    }
  }
  return ids;
}

function isOutdated(history: JournaledHistory, nowMs: number): boolean {
  const { record } = folded(history);
  return isVerdict(record.state) && nowMs - Date.parse(record.updatedTime) > ENDED_KEPT_MS;
}

async function write(folder: string, histories: readonly JournaledHistory[], nowMs: number): Promise<void> {
  const entries = histories
    .flatMap(entriesOf)
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  await writeWhole(folder, `compacted-${uuidv7()}.ndjson`, [headerLine(nowMs), ...entries.map(lineOf)]);
}

function entriesOf(history: JournaledHistory): JournalEntry[] {
  const { last, rivals, claim, changes, marks } = history;
  const { record, time } = folded(history);
  // An end that the store may not have taken stays what it is: a change.
  if (isVerdict(record.state) && last.record.state !== 'PENDING')
    return [{ kind: 'RECORD', time, record, claim }];
  return [...[...rivals, last].map((one) => ({ ...one, claim })), ...changes, ...marks];
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
