import { randomInt } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { run } from './run.js';

const LOWEST = 20_000;
const ATTEMPTS = 100;
const givenOut = new Set<number>();

/**
 * A free port on loopback, another one each time. It lies below those that the system lends to outgoing connections, so
 * that it is still free when the program that it is meant for has started.
 */
export async function freePort(): Promise<number> {
  const end = firstLent();
  for (let attempt = 0; attempt < ATTEMPTS && end > LOWEST; attempt += 1) {
    const wanted = randomInt(LOWEST, end);
    if (givenOut.has(wanted) || (await tryPort(wanted)) === null) continue;
    givenOut.add(wanted);
    return wanted;
  }
  return (await tryPort(0)) ?? Promise.reject(new Error('there is no free port on 127.0.0.1'));
}

/** The first port that the system may lend to an outgoing connection. */
function firstLent(): number {
  const LINUX_DEFAULT = 32_768;
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0]);
  } catch {
    return LINUX_DEFAULT;
  }
}

/** The wanted port, or a free one and a word about who has the wanted one. 0 = any. */
export async function portFor(
  what: string,
  wanted: number,
  announce: (text: string) => void,
): Promise<number> {
  const port = await tryPort(wanted);
  if (port !== null) return port;
  const instead = await freePort();
  const holder = (await holderOf(wanted)) ?? 'another program';
  announce(`${what}: port ${wanted} is taken by ${holder}; using ${instead}`);
  return instead;
}

function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const taken = (server.address() as AddressInfo).port;
      server.close(() => resolve(taken));
    });
  });
}

async function holderOf(port: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') return listenerInProc(port);
    const listing = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
    const [, pid, command] = /p(\d+)\nc(.*)/.exec(listing) ?? [];
    return pid ? `process ${pid} (${command})` : null;
  } catch {
    return null;
  }
}

/** What `ss -ltnp` would say, for machines without it. Sees other users' processes only as root. */
function listenerInProc(port: number): string | null {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const LISTEN = '0A';
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((table) => readFileSync(table, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((row) => row[1]?.endsWith(local) && row[3] === LISTEN)
    .map((row) => `socket:[${row[9]}]`);
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holdsSocket(name, inodes));
  return pid ? `process ${pid} (${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()})` : null;
}

function holdsSocket(pid: string, inodes: string[]): boolean {
  try {
    const directory = `/proc/${pid}/fd`;
    return readdirSync(directory).some((fd) => inodes.includes(readlinkSync(`${directory}/${fd}`)));
  } catch {
    return false;
  }
}
