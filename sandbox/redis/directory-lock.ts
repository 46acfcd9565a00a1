import { createHash, randomBytes } from 'node:crypto';
import { linkSync, realpathSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DirectoryLock {
  release(): void;
}

export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';

  constructor(
    readonly directory: string,
    holder: string,
  ) {
    super(
      `The data directory ${directory} is in use by another dr-gateway${holder && ` (process ${holder})`}. ` +
        'Stop that one, or give this one a directory of its own: SANDBOX_DATA_DIR=<directory> npm start',
    );
  }
}

/**
 * Takes a directory for this process alone, until `release` or the process's end.
 *
 * The lock is a listening socket: the kernel closes it with its process, however that ends, and
 * whoever finds the name can ask whether somebody still answers. A file with a process id in it
 * cannot tell a dead holder from a stranger that got the same number.
 */
export async function lockDirectory(
  directory: string,
  options: { patienceMs?: number } = {},
): Promise<DirectoryLock> {
  const deadline = performance.now() + (options.patienceMs ?? 0);
  for (;;) {
    try {
      return await lockOnce(realpathSync(directory));
    } catch (error) {
      if (!(error instanceof DirectoryInUse) || performance.now() >= deadline) throw error;
      await sleep(50);
    }
  }
}

async function lockOnce(directory: string): Promise<DirectoryLock> {
  const inside = join(directory, 'lock');
  const outside = join(tmpdir(), `dr-gateway-${nameOf(directory)}.lock`);
  if (process.platform === 'win32') return lockPipe(directory);
  // A socket's path holds 104 bytes at most, and ours has a suffix while it is being taken.
  if (Buffer.byteLength(inside) > 85) return lockSocket(directory, outside);
  try {
    return await lockSocket(directory, inside);
  } catch (error) {
    if (error instanceof DirectoryInUse) throw error;
    return lockSocket(directory, outside); // a file system without sockets or hard links
  }
}

async function lockSocket(directory: string, path: string): Promise<DirectoryLock> {
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  const server = await listen(own);
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (linked(own, path)) {
        unlinkSync(own);
        return {
          release: () => {
            rmSync(path, { force: true });
            server.close();
          },
        };
      }
      const holder = await whoAnswers(path);
      if (holder !== null) throw new DirectoryInUse(directory, holder);
      await clearAway(directory, path);
    }
    throw new DirectoryInUse(directory, '');
  } catch (error) {
    server.close();
    rmSync(own, { force: true });
    throw error;
  }
}

/** Removes a dead holder's name. Another process may have put a living one there since: put it back. */
async function clearAway(directory: string, path: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const holder = await whoAnswers(aside);
  if (holder !== null) linked(aside, path);
  unlinkSync(aside);
  if (holder !== null) throw new DirectoryInUse(directory, holder);
}

async function lockPipe(directory: string): Promise<DirectoryLock> {
  const path = `\\\\.\\pipe\\dr-gateway-${nameOf(directory)}`;
  try {
    const server = await listen(path);
    return { release: () => void server.close() };
  } catch {
    throw new DirectoryInUse(directory, (await whoAnswers(path)) ?? '');
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => undefined).end(String(process.pid)));
    server.once('error', reject);
    server.listen(path, () => resolve(server.unref()));
  });
}

/** The holder's process id, '' when it is too busy to say, null when nobody is there. */
function whoAnswers(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    let said = '';
    const socket = createConnection(path);
    socket.setEncoding('utf8').setTimeout(1000, () => socket.destroy());
    socket.on('data', (chunk: string) => (said += chunk));
    socket.once('connect', () => socket.once('close', () => resolve(said)));
    socket.once('error', () => resolve(null));
  });
}

function nameOf(directory: string): string {
  return createHash('sha256').update(directory).digest('hex').slice(0, 16);
}
