import { open, readFile, truncate } from 'node:fs/promises';
import { isoTime, type Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import type { Head } from './audit-entry.js';
import type { AuditKeys } from './audit-keys.js';
import { sealed, unsealed } from './audit-line.js';

/** A head that was told to somebody else: what is missing before it was cut off. */
export interface Checkpoint {
  kind: 'CHECKPOINT';
  /** When it was told. */
  time: string;
  head: Head;
}

export function checkpointLine(head: Head, time: string, keys: AuditKeys): string {
  const [key] = keys.ofCheckpoints();
  if (!key) throw new Error('there is no key');
  return sealed({ kind: 'CHECKPOINT', time, head } satisfies Checkpoint, key).line;
}

/** null = it is none, or was changed. */
export function readCheckpoint(line: string, keys: AuditKeys): Checkpoint | null {
  const found = keys.ofCheckpoints().map((key) => unsealed<Checkpoint>(line, key));
  return found.find((one) => one !== null)?.fields ?? null;
}

/** Tells heads where the audit itself is not: to a file, and to the log, which goes where logs go. */
export class Checkpoints {
  private told: string | null = null;

  constructor(
    private readonly path: string | null,
    private readonly keys: AuditKeys,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** What a crash left in the middle of a line is cut off: it tells nothing. Fails when the file cannot be written. */
  async open(): Promise<void> {
    if (this.path === null) return;
    await (await open(this.path, 'a', 0o600)).close();
    const content = await readFile(this.path);
    const whole = content.lastIndexOf(0x0a) + 1;
    if (whole < content.length) await truncate(this.path, whole);
  }

  /** Once for each head. */
  async tell(head: Head | null): Promise<void> {
    if (!head || head.mac === this.told) return;
    const line = checkpointLine(head, isoTime(this.clock.now()), this.keys);
    this.log.info({ checkpoint: line }, 'audit checkpoint');
    if (this.path !== null) await append(this.path, `${line}\n`);
    this.told = head.mac;
  }
}

async function append(path: string, text: string): Promise<void> {
  const handle = await open(path, 'a', 0o600);
  try {
    await handle.appendFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
