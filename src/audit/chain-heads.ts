import { open } from 'node:fs/promises';
import type { AuditEntry, Head } from './audit-entry.js';
import { chainFiles } from './audit-files.js';
import type { AuditKeys } from './audit-keys.js';
import { unsealed } from './audit-line.js';
import { linesBackwards } from './chain-lines.js';

/** A new chain names so many of the others; those before them are named by the ones before it. */
const MOST_HEADS = 200;
/** As far as a writer is ever ahead of its disk. */
const LOOKED_AT_LINES = 5_000;

/**
 * How far the other chains go for sure: what their writers knew to be synced when they wrote their last lines. A line that is
 * there and not synced may be gone after a power failure, and must not be missed then.
 */
export async function headsIn(folder: string, keys: AuditKeys): Promise<Head[]> {
  const paths = new Map<string, string[]>();
  for (const { writer, path } of await chainFiles(folder))
    paths.set(writer, [path, ...(paths.get(writer) ?? [])]);
  const heads: Head[] = [];
  for (const [writer, files] of [...paths].slice(-MOST_HEADS)) {
    const head = await headOf(files, keys.ofChain(writer));
    if (head) heads.push(head);
  }
  return heads;
}

/** null = nothing of it is there for sure. */
async function headOf(newestFirst: readonly string[], keys: readonly Buffer[]): Promise<Head | null> {
  let durable: number | null = null;
  let looked = 0;
  for (const path of newestFirst) {
    const handle = await open(path, 'r').catch(() => null);
    if (!handle) return null;
    try {
      for await (const line of linesBackwards(handle, (await handle.stat()).size)) {
        if ((looked += 1) > LOOKED_AT_LINES) return null;
        const found = keys.map((key) => unsealed<AuditEntry>(line, key)).find((one) => one !== null);
        if (!found) continue;
        const { writer, sequence, time } = found.fields;
        durable ??= found.fields.durable;
        if (sequence <= durable) return { writer, sequence, mac: found.mac, time };
      }
    } finally {
      await handle.close();
    }
  }
  return null;
}
