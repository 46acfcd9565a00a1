import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../sandbox/ports.js';
import { until } from '../../measure/pace.js';
import { percentile } from '../../measure/statistics.js';
import type { Bench, BenchContext, OpenBench, Round } from '../bench.js';
import { API_KEY, Product } from '../product.js';
import type { ReaderOrders, ReaderWords } from './reader-process.js';

interface Size {
  readers: number;
  events: number;
}

/** How one side did. */
interface Side {
  bytesPerReader: number;
  lastReaderMs: number[];
  /** Of the server, for one event to all readers. */
  cpuMs: number;
  turnedAway: number;
}

const WHOLE: Size = { readers: 10_000, events: 100 };
const SMALL: Size = { readers: 300, events: 10 };
const SETTLES_MS = 2_000;
const BETWEEN_MS = 50;
const MARK = 'mark-000-of-the-event';
const READERS = fileURLToPath(new URL('./reader-process.js', import.meta.url));
const BARE = fileURLToPath(new URL('./bare-server.js', import.meta.url));

/** B8: many readers of events in one API process. */
export const manyReaders: Bench = {
  id: 'B8',
  title: '10,000 readers of events (SSE) in one process: memory of each, and an event until the last has it',
  opponent: 'bare Fastify: a route that keeps its answers and writes the same bytes to each',
  targets: {
    'memory of a reader': { atMost: 1.5 },
    'event to the last reader, p99': { atMost: 1.5 },
  },
  open: (context) => ManyReaders.open(context),
};

class ManyReaders implements OpenBench {
  private rounds = 0;

  private constructor(
    private readonly product: Product,
    private readonly size: Size,
    private readonly operationId: string,
    /** As the gateway writes an event, with the mark in it. */
    private readonly frame: string,
  ) {}

  /** An operation that has ended, so that its events can be told at will: nothing else happens meanwhile. */
  static async open({ quick, say }: BenchContext): Promise<ManyReaders> {
    const size = quick ? SMALL : WHOLE;
    const product = await Product.open({ env: { MAX_EVENT_READERS: String(size.readers + 10) } });
    try {
      const plan = await until(
        'there is a plan',
        async () =>
          (
            await product.client.all<{ id: string }>(
              '/v1/recovery-plans?siteId=eu-cloud&state=PROTECTED&pageSize=10',
            )
          )[0] ?? null,
        60_000,
      );
      const answer = await product.client.failOver(plan.id);
      if (!('id' in answer)) throw new Error(answer.refused);
      await product.stopWorkers();
      const frame = await frameOf(product, answer.id);
      say(`an event is ${frame.length} bytes`);
      return new ManyReaders(product, size, answer.id, frame);
    } catch (error) {
      await product.close();
      throw error;
    }
  }

  async round(): Promise<Round> {
    const sides = { ours: () => this.gateway(), opponent: () => this.bare() };
    const first = this.rounds % 2 === 0 ? 'opponent' : 'ours';
    this.rounds += 1;
    const early = await sides[first]();
    const late = await sides[first === 'ours' ? 'opponent' : 'ours']();
    const [ours, opponent] = first === 'ours' ? [early, late] : [late, early];
    const at = (share: number) => ({
      ours: percentile(ours.lastReaderMs, share) ?? NaN,
      opponent: percentile(opponent.lastReaderMs, share) ?? NaN,
    });
    const memory = { ours: ours.bytesPerReader, opponent: opponent.bytesPerReader };
    return {
      measured: [
        { figure: 'memory of a reader', unit: 'B', ...memory },
        { figure: 'event to the last reader, p50', unit: 'ms', ...at(0.5) },
        { figure: 'event to the last reader, p99', unit: 'ms', ...at(0.99) },
        { figure: 'CPU of an event', unit: 'ms', ours: ours.cpuMs, opponent: opponent.cpuMs },
      ],
      notes: [
        `${this.size.readers} readers, ${this.size.events} events one after the other; the gateway’s event goes through Redis first, the other one does not; processes begin anew in each round`,
        ...(ours.turnedAway > 0
          ? [`${ours.turnedAway} readers were turned away once with 503, and came back`]
          : []),
      ],
    };
  }

  close(): Promise<void> {
    return this.product.close();
  }

  private async bare(): Promise<Side> {
    const port = await freePort();
    const server = await ready(fork(BARE, { env: { ...process.env, PORT: String(port) } }));
    try {
      return await this.measure(server.pid ?? 0, port, (mark) => {
        server.send(this.frame.replaceAll(MARK, mark));
        return Promise.resolve();
      });
    } finally {
      await ended(server);
    }
  }

  private async gateway(): Promise<Side> {
    await this.product.stopApis();
    const { part, url } = await this.product.startApi();
    const key = await keyOf(this.product, this.operationId);
    return this.product.withRedis((redis) =>
      this.measure(part.pid, Number(new URL(url).port), async (mark) => {
        await redis.xadd(key, '*', 'e', eventText(this.operationId, mark));
      }),
    );
  }

  private async measure(pid: number, port: number, tell: (mark: string) => Promise<void>): Promise<Side> {
    const before = memoryOf(pid);
    const readers = await ready(fork(READERS));
    try {
      const opened = said(readers, 'opened');
      order(readers, { open: { port, readers: this.size.readers, apiKey: API_KEY } });
      const { opened: turnedAway = 0 } = await opened;
      await sleep(SETTLES_MS);
      const bytesPerReader = (memoryOf(pid) - before) / this.size.readers;
      const lastReaderMs: number[] = [];
      const cpuBefore = cpuMsOf(pid);
      for (let i = 0; i < this.size.events; i += 1) {
        const mark = MARK.replace('000', String(i).padStart(3, '0'));
        const set = said(readers, 'set');
        order(readers, { mark });
        await set;
        const last = said(readers, 'last');
        const at = performance.timeOrigin + performance.now();
        await tell(mark);
        lastReaderMs.push(((await last).at ?? NaN) - at);
        await sleep(BETWEEN_MS);
      }
      const cpuMs = (cpuMsOf(pid) - cpuBefore) / this.size.events;
      return { bytesPerReader, lastReaderMs, cpuMs, turnedAway };
    } finally {
      await ended(readers);
    }
  }
}

/** An event as the store writes it. */
function eventText(operationId: string, mark: string): string {
  return JSON.stringify({
    type: 'operation.progressed',
    operationId,
    sequence: 7,
    time: '2030-01-01T00:00:00.000Z',
    state: 'RUNNING',
    outcome: null,
    progressPercent: 50,
    text: `Half of it is done: ${mark}.`,
  });
}

/** The stream in which the operation's own events are. */
async function keyOf(product: Product, operationId: string): Promise<string> {
  return product.withRedis(async (redis) => {
    for (const key of await redis.keys('drg:{s*}:events')) {
      const newest = await redis.xrevrange(key, '+', '-', 'COUNT', 50);
      if (newest.some(([, fields]) => fields[1]?.includes(operationId))) return key;
    }
    throw new Error(`there is no event of ${operationId}`);
  });
}

async function frameOf(product: Product, operationId: string): Promise<string> {
  const response = await fetch(`${product.api.url}/v1/events`, {
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  const key = await keyOf(product, operationId);
  await product.withRedis((redis) => redis.xadd(key, '*', 'e', eventText(operationId, MARK)));
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, { stream: true });
    const frame = text.split('\n\n').find((each, i, all) => each.includes(MARK) && i < all.length - 1);
    if (frame !== undefined) return `${frame}\n\n`;
  }
  throw new Error('the stream ended');
}

function memoryOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? NaN) * 1024;
}

/** Of user and system; the kernel counts in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function order(readers: ChildProcess, orders: ReaderOrders): void {
  readers.send(orders);
}

function said(child: ChildProcess, word: keyof ReaderWords): Promise<ReaderWords> {
  return new Promise((resolve, reject) => {
    const off = (): void => {
      child.off('message', listen);
      child.off('exit', gone);
    };
    const listen = (words: ReaderWords): void => {
      if (!(word in words)) return;
      off();
      resolve(words);
    };
    const gone = (code: number | null): void => {
      off();
      reject(new Error(`a process ended with code ${code}`));
    };
    child.on('message', listen).on('exit', gone);
  });
}

async function ready(child: ChildProcess): Promise<ChildProcess> {
  await said(child, 'ready');
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await over;
}
