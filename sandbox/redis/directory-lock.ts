import { createHash, randomBytes } from 'node:crypto';
import { linkSync, readdirSync, realpathSync, rmSync } from 'node:fs';
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
 * cannot tell a dead holder from a stranger that got the same number. The socket is in the directory,
 * or `elsewhere` under a name made of its path if it cannot be there.
 */
export async function lockDirectory(
  directory: string,
  options: { patienceMs?: number; elsewhere?: string } = {},
): Promise<DirectoryLock> {
  const deadline = performance.now() + (options.patienceMs ?? 0);
  for (;;) {
    try {
      return await lockOnce(realpathSync(directory), options.elsewhere ?? tmpdir());
    } catch (error) {
      if (!(error instanceof DirectoryInUse) || performance.now() >= deadline) throw error;
      await sleep(50);
    }
  }
}

async function lockOnce(directory: string, elsewhere: string): Promise<DirectoryLock> {
  if (process.platform === 'win32') return lockPipe(directory);
  const outside = [elsewhere, `dr-gateway-${nameOf(directory)}.lock`] as const;
  // A socket's path holds 103 bytes at most, and ours needs a suffix.
  if (Buffer.byteLength(directory) > 75) return lockSocket(directory, ...outside);
  try {
    return await lockSocket(directory, directory, 'lock');
  } catch (error) {
    if (error instanceof DirectoryInUse) throw error;
    return lockSocket(directory, ...outside); // a file system without sockets or hard links
  }
}

/**
 * The holder is whoever answers at the highest of `lock.1`, `lock.2`, …. A dead one is never replaced,
 * only followed: "the last is dead" stays true however slowly somebody acts on it, and of many that
 * follow at once `link` lets one through. The last name stays behind, so that numbers only grow.
 */
async function lockSocket(directory: string, parent: string, name: string): Promise<DirectoryLock> {
  const place = (suffix: string | number) => join(parent, `${name}.${suffix}`);
  const own = place(randomBytes(4).toString('hex') + '.new');
  const server = await listen(own);
  try {
    for (;;) {
      const last = highest(parent, name);
      const holder = last === 0 ? null : await whoAnswers(place(last));
      if (holder !== null) throw new DirectoryInUse(directory, holder);
      if (!linked(own, place(last + 1))) continue;
      if (highest(parent, name) > last + 1) continue; // we were slow, and numbers went on without us
      for (const dead of numbers(parent, name)) if (dead <= last) rmSync(place(dead), { force: true });
      return { release: () => void server.close() };
    }
  } catch (error) {
    server.close();
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

const highest = (parent: string, name: string) => Math.max(0, ...numbers(parent, name));

function numbers(parent: string, name: string): number[] {
  return readdirSync(parent)
    .filter((file) => file.startsWith(`${name}.`) && /^\d+$/.test(file.slice(name.length + 1)))
    .map((file) => Number(file.slice(name.length + 1)));
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

async function lockPipe(directory: string): Promise<DirectoryLock> {
  const path = `\\\\.\\pipe\\dr-gateway-${nameOf(directory)}`;
  try {
    const server = await listen(path);
    return { release: () => void server.close() };
  } catch {
    throw new DirectoryInUse(directory, (await whoAnswers(path)) ?? '');
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
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      resolve(code === 'ECONNREFUSED' || code === 'ENOENT' ? null : '');
    });
  });
}

function nameOf(directory: string): string {
  return createHash('sha256').update(directory).digest('hex').slice(0, 16);
}
