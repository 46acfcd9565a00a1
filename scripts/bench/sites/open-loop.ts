import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is asked for, and how often among all. */
export interface Asked {
  name: string;
  method: 'GET' | 'POST' | 'PATCH';
  /** One after the other, round and round. */
  paths: string[];
  /** `{n}` in it is the number of the request. */
  body?: string;
  perSecond: number;
}

export interface Orders {
  port: number;
  apiKey: string;
  seconds: number;
  asked: Asked[];
  /** So many ask one after the other, as fast as they are answered, in the same proportions; absent = at their pace. */
  closed?: number;
  /** Others are turned away here, as by a client that has no more connections: they count as not answered. */
  mostConnections: number;
  /** Where in its paths each begins: what was changed once is not changed again. */
  from: number;
}

/** By name. Latencies are from the instant at which the request was due, milliseconds. */
export interface Heard {
  offered: number;
  /** 2xx within a second. */
  good: number;
  /** 2xx, later. */
  late: number;
  /** 503 or 429 with Retry-After. */
  shed: number;
  /** Any other answer, by its status. */
  others: Record<string, number>;
  unanswered: number;
  latenciesMs: number[];
}

/**
 * A client that asks at its own pace, whether or not it is answered; a process of its own. It speaks as little HTTP as it
 * can: what it costs is taken from the machine of the one that it asks.
 */
const WITHIN_MS = 1_000;
const PATIENCE_MS = 5_000;

class Connection {
  private socket: Socket | null = null;
  private text = '';
  private waiting: ((status: number, headers: string) => void) | null = null;

  constructor(private readonly port: number) {}

  ask(request: string): Promise<{ status: number; headers: string }> {
    return new Promise((resolve) => {
      const patience = setTimeout(() => this.over(), PATIENCE_MS);
      this.waiting = (status, headers) => {
        clearTimeout(patience);
        this.waiting = null;
        resolve({ status, headers });
      };
      this.socket ??= this.opened();
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket?.destroy();
  }

  private opened(): Socket {
    const socket = connect({ port: this.port, host: '127.0.0.1' });
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('data', (text: string) => this.heard(text));
    socket.on('error', () => this.over());
    socket.on('close', () => this.socket === socket && this.over());
    return socket;
  }

  private heard(text: string): void {
    this.text += text;
    const end = this.text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const headers = this.text.slice(0, end).toLowerCase();
    const length = Number(/content-length: (\d+)/.exec(headers)?.[1] ?? 0);
    if (this.text.length < end + 4 + length) return;
    this.text = '';
    this.waiting?.(Number(headers.slice(9, 12)), headers);
  }

  /** No answer comes on it any more. */
  private over(): void {
    this.socket?.destroy();
    this.socket = null;
    this.text = '';
    this.waiting?.(0, '');
  }
}

async function run(orders: Orders): Promise<Record<string, Heard>> {
  const { port, apiKey, seconds, asked, mostConnections, from, closed } = orders;
  const free: Connection[] = [];
  let connections = 0;
  const all: Promise<void>[] = [];
  const heard: Record<string, Heard> = {};
  for (const { name } of asked)
    heard[name] = { offered: 0, good: 0, late: 0, shed: 0, others: {}, unanswered: 0, latenciesMs: [] };

  const one = async (what: Asked, number: number, dueAt: number): Promise<void> => {
    const of = heard[what.name] as Heard;
    of.offered += 1;
    const connection = free.pop() ?? (connections < mostConnections ? new Connection(port) : null);
    if (!connection) return void (of.unanswered += 1);
    connections += 1;
    const { status, headers } = await connection.ask(requestText(what, from + number, apiKey));
    connections -= 1;
    free.push(connection);
    const ms = performance.now() - dueAt;
    if (status >= 200 && status < 300) {
      if (ms <= WITHIN_MS) of.good += 1;
      else of.late += 1;
      of.latenciesMs.push(Math.round(ms * 10) / 10);
    } else if ((status === 503 || status === 429) && headers.includes('\r\nretry-after: ')) of.shed += 1;
    else if (status === 0) of.unanswered += 1;
    else of.others[status] = (of.others[status] ?? 0) + 1;
  };

  const counts = asked.map(() => 0);
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  const oneAfterTheOther = async (): Promise<void> => {
    while (elapsedMs() < seconds * 1000) {
      const behind = asked.map(({ perSecond }, i) => (counts[i] ?? 0) / perSecond);
      const index = behind.indexOf(Math.min(...behind));
      const number = counts[index] ?? 0;
      counts[index] = number + 1;
      await one(asked[index] as Asked, number, performance.now());
    }
  };
  if (closed !== undefined) all.push(...Array.from({ length: closed }, oneAfterTheOther));
  else
    for (let now = 0; now < seconds * 1000; now = elapsedMs()) {
      for (const [index, what] of asked.entries()) {
        const due = Math.floor((now * what.perSecond) / 1000);
        for (let number = counts[index] ?? 0; number < due; number += 1)
          all.push(one(what, number, startedAt + (number * 1000) / what.perSecond));
        counts[index] = due;
      }
      await sleep(2);
    }
  await Promise.all(all);
  for (const connection of free) connection.close();
  return heard;
}

function requestText({ method, paths, body }: Asked, number: number, apiKey: string): string {
  const path = paths[number % paths.length] ?? '/';
  const head = `${method} ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${apiKey}\r\naccept: application/json\r\n`;
  if (body === undefined) return `${head}\r\n`;
  const text = body.replace('{n}', String(number));
  return `${head}content-type: application/json\r\nidempotency-key: ${randomUUID()}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

process.on('message', (orders: Orders) => {
  void run(orders).then((heard) => process.send?.(heard));
});
process.once('disconnect', () => process.exit(0));
process.send?.({ ready: true });
