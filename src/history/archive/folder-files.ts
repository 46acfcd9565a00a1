import { readdir, rm, stat } from 'node:fs/promises';
import { TimedPlaces } from '../../platform/timed-places.js';
import { DIRECT, type FileReads } from './segment-file.js';
import { isSegment, isUnfinished } from './segment-writing.js';

/** A file server that hangs takes a thread for each question; the journal needs some, too. */
const AT_ONCE = 2;
const READ_LIMIT_MS = 5_000;
/** Of a whole segment, with its sync. */
const WRITE_LIMIT_MS = 60_000;

/**
 * All that this process asks of the folder of segments. What hangs is given up, and until it has ended after all nothing
 * else is asked (`HangsError`).
 */
export class FolderFiles implements FileReads {
  private readonly places: TimedPlaces;

  constructor(limitMs = READ_LIMIT_MS) {
    this.places = new TimedPlaces(AT_ONCE, limitMs);
  }

  /** Segments, and those that are half written. None when there is no such folder. */
  async names(folder: string): Promise<string[]> {
    const names = await this.places.run(() => readdir(folder).catch(unlessAbsent));
    return (names ?? []).filter((name) => isSegment(name) || isUnfinished(name));
  }

  size(path: string): Promise<number> {
    return this.places.run(() => DIRECT.size(path));
  }

  /** Milliseconds since the epoch; null = it is not there. */
  changedMs(path: string): Promise<number | null> {
    return this.places.run(() =>
      stat(path)
        .then(({ mtimeMs }) => mtimeMs)
        .catch(unlessAbsent),
    );
  }

  bytes(path: string, at: number, length: number): Promise<Buffer> {
    return this.places.run(() => DIRECT.bytes(path, at, length));
  }

  remove(path: string): Promise<void> {
    return this.places.run(() => rm(path, { force: true }));
  }

  write(work: () => Promise<void>): Promise<void> {
    return this.places.run(work, WRITE_LIMIT_MS);
  }
}

function unlessAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
