import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;
/** A write that is done is on the disk: one turn of the system instead of two. Some systems have no such thing. */
const SYNCED = (constants as Partial<typeof constants>).O_DSYNC ?? 0;

/** A file that one writer adds to; what `add` resolved is on the disk. */
export class ChainFile {
  private synced = 0;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** Fails when it is there already: nobody adds to what another began. */
  static async create(path: string): Promise<ChainFile> {
    const handle = await open(path, O_APPEND | O_CREAT | O_EXCL | O_WRONLY | SYNCED, 0o600);
    await syncFolder(dirname(path));
    return new ChainFile(path, handle);
  }

  get bytes(): number {
    return this.synced;
  }

  async add(lines: string): Promise<void> {
    await this.handle.appendFile(lines, 'latin1');
    if (SYNCED === 0) await this.handle.datasync();
    this.synced += lines.length;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  /** After a failure: what is not synced is cut off, as far as that can be. */
  async abandon(): Promise<void> {
    await this.handle.truncate(this.synced).catch(() => undefined);
    await this.handle.close().catch(() => undefined);
    if (this.synced === 0) await rm(this.path, { force: true }).catch(() => undefined);
  }
}

/** So that the names in it outlive a power failure, too. Some systems do not let a folder be synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
