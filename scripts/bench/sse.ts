import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify, type FastifyReply } from 'fastify';
import { Redis } from 'ioredis';
import { openEphemeralRedis } from '../../sandbox/embedded-redis.js';
import { freePort } from '../../sandbox/ports.js';
import { SITE_PASSWORDS, sitesFile } from '../../sandbox/sites-file.js';
import { percentile } from '../measure/statistics.js';

/**
 * Many readers of events in one API process, against the least that Fastify can do: a route that keeps its answers
 * and writes to each. Memory per reader, and how long after an event the last reader has it. The clients are one more
 * process; the rounds of both alternate.
 *
 * node build/scripts/bench/sse.js [readers] [rounds] [events of a round]
 */
const [READERS = 10_000, ROUNDS = 5, EVENTS = 10] = process.argv
  .slice(2)
  .filter((a) => /^\d+$/.test(a))
  .map(Number);
const API_KEY = 'bench-key-7d2f';
const PRODUCT = resolve(process.env.DIST_DIR ?? 'dist');
const SELF = fileURLToPath(import.meta.url);
const OPENED_AT_ONCE = 200;
const SETTLES_MS = 2_000;
const TURNED_AWAY_MS = 500;
const KIND = process.env.SSE_BENCH;

interface Measured {
  bytesPerReader: number;
  lastReaderMs: number[];
}

if (KIND === 'bare') await bareServer();
else if (KIND === 'clients') clients();
else await compare();

/** The opponent. */
async function bareServer(): Promise<void> {
  const readers = new Set<FastifyReply>();
  const server = fastify();
  server.get('/v1/events', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    reply.raw.write('retry: 2000\n\n');
    readers.add(reply);
    reply.raw.on('close', () => readers.delete(reply));
  });
  process.on('message', (text: string) => {
    for (const { raw } of readers) raw.write(text);
  });
  await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
  process.send?.({ ready: true });
}

/** All readers; told a mark, they say when the last of them has read it. */
function clients(): void {
  const sockets: Socket[] = [];
  let mark = '';
  let missing = 0;
  const open = (port: number): Promise<void> =>
    new Promise((done, failed) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('error', failed);
      let isOpen = false;
      socket.on('data', (bytes) => {
        if (!isOpen) {
          isOpen = bytes.includes(' 200 ');
          if (isOpen) {
            sockets.push(socket);
            done();
          } else {
            // Turned away because there is so much to do.
            socket.destroy();
            setTimeout(() => void open(port).then(done, failed), TURNED_AWAY_MS);
          }
          return;
        }
        if (mark === '' || !bytes.includes(mark)) return;
        missing -= 1;
        if (missing === 0) process.send?.({ last: mark, at: performance.timeOrigin + performance.now() });
      });
      socket.write(
        `GET /v1/events HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${API_KEY}\r\naccept: text/event-stream\r\n\r\n`,
      );
    });
  process.on('message', (order: { port?: number; mark?: string }) => {
    if (order.mark !== undefined) {
      mark = order.mark;
      missing = sockets.length;
      process.send?.({ set: mark });
      return;
    }
    void (async () => {
      for (let i = 0; i < READERS; i += OPENED_AT_ONCE)
        await Promise.all(
          Array.from({ length: Math.min(OPENED_AT_ONCE, READERS - i) }, () => open(order.port ?? 0)),
        );
      process.send?.({ opened: READERS });
    })();
  });
}

async function compare(): Promise<void> {
  const rows: Record<'gateway' | 'bare', Measured[]> = { gateway: [], bare: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rows.bare.push(await bare());
    rows.gateway.push(await gateway());
    for (const name of ['bare', 'gateway'] as const) {
      const { bytesPerReader, lastReaderMs } = rows[name].at(-1) ?? { bytesPerReader: 0, lastReaderMs: [] };
      console.log(
        `round ${round + 1} ${name.padEnd(8)} ${kib(bytesPerReader)} per reader, last reader p50 ${ms(percentile(lastReaderMs, 0.5))}, p99 ${ms(percentile(lastReaderMs, 0.99))}`,
      );
    }
  }
  const memory = rows.gateway.map(
    ({ bytesPerReader }, i) => bytesPerReader / (rows.bare[i]?.bytesPerReader ?? NaN),
  );
  const late = (at: number) =>
    rows.gateway.map(
      (measured, i) =>
        (percentile(measured.lastReaderMs, at) ?? NaN) /
        (percentile(rows.bare[i]?.lastReaderMs ?? [], at) ?? NaN),
    );
  console.log(`${READERS} readers, ${ROUNDS} rounds of ${EVENTS} events: gateway ÷ bare Fastify`);
  for (const [what, ratios] of [
    ['memory per reader', memory],
    ['event to last reader, p50', late(0.5)],
    ['event to last reader, p99', late(0.99)],
  ] as const)
    console.log(
      `${what}: median ${(percentile(ratios, 0.5) ?? NaN).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
    );
}

async function bare(): Promise<Measured> {
  const port = await freePort();
  const server = await started(
    fork(SELF, process.argv.slice(2), { env: { ...process.env, SSE_BENCH: 'bare', PORT: String(port) } }),
  );
  try {
    return await measured(server, port, (mark) => {
      server.send(`id: 1-1\nevent: operation.progressed\ndata: ${eventText(mark, 380)}\n\n`);
      return Promise.resolve();
    });
  } finally {
    await ended(server);
  }
}

async function gateway(): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'dr-gateway-sse-'));
  const store = await openEphemeralRedis();
  const redis = new Redis(store.url);
  const [port, nobody] = [await freePort(), await freePort()];
  const sites = join(directory, 'sites.yaml');
  writeFileSync(sites, sitesFile({ sdrs: nobody, srm: nobody }));
  const { PATH = '', HOME = '' } = process.env;
  const env = {
    ...{ PATH, HOME, PORT: String(port), HOST: '127.0.0.1', REDIS_URL: store.url, SITES_FILE: sites },
    ...{ ADMIN_API_KEY: API_KEY, LOG_LEVEL: 'warn', JOURNAL_DIR: 'none', HISTORY_DIR: 'none' },
    ...SITE_PASSWORDS,
    MAX_EVENT_READERS: String(READERS + 10),
  };
  try {
    const server = await started(
      fork(join(PRODUCT, 'main.js'), { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
    try {
      return await measured(server, port, async (mark) => {
        await redis.xadd('drg:{s0}:events', 'MAXLEN', '~', 100_000, '*', 'e', eventText(mark, 0));
      });
    } finally {
      await ended(server);
    }
  } finally {
    redis.disconnect();
    await store.stop();
    rmSync(directory, { recursive: true });
  }
}

/** An event as the store writes it; for the opponent as long as what the gateway tells. */
function eventText(mark: string, more: number): string {
  return JSON.stringify({
    type: 'operation.progressed',
    operationId: 'site-1.0192f0c1-7a3e-7cc0-8000-3f6b1a2c4d5e',
    sequence: 7,
    time: '2030-01-01T00:00:00.000Z',
    state: 'RUNNING',
    outcome: null,
    progressPercent: 50,
    text: `${mark}${' '.repeat(more)}`,
  });
}

async function measured(
  server: ChildProcess,
  port: number,
  tell: (mark: string) => Promise<void>,
): Promise<Measured> {
  const before = memoryOf(server);
  const readers = fork(SELF, process.argv.slice(2), { env: { ...process.env, SSE_BENCH: 'clients' } });
  try {
    const opened = said(readers, 'opened');
    readers.send({ port });
    await opened;
    await sleep(SETTLES_MS);
    const bytesPerReader = (memoryOf(server) - before) / READERS;
    const lastReaderMs: number[] = [];
    for (let i = 0; i < EVENTS; i += 1) {
      const mark = `mark-${i}-of-${process.pid}!`;
      const set = said(readers, 'set');
      readers.send({ mark });
      await set;
      const last = said(readers, 'last');
      const at = performance.timeOrigin + performance.now();
      await tell(mark);
      lastReaderMs.push(Number((await last).at) - at);
      await sleep(100);
    }
    return { bytesPerReader, lastReaderMs };
  } finally {
    await ended(readers);
  }
}

function memoryOf({ pid }: ChildProcess): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? NaN) * 1024;
}

function said(child: ChildProcess, word: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const listen = (message: Record<string, unknown>): void => {
      if (!(word in message)) return;
      child.off('message', listen);
      resolve(message);
    };
    child.on('message', listen);
    child.setMaxListeners(0).once('exit', (code) => reject(new Error(`a process ended with code ${code}`)));
  });
}

async function started(child: ChildProcess): Promise<ChildProcess> {
  await said(child, 'ready');
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await over;
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

function ms(value: number | null): string {
  return `${(value ?? NaN).toFixed(0)} ms`;
}
