import { connect, type Socket } from 'node:net';

/** One request, as it is written to the connection. */
export interface Question {
  port: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface Reply {
  status: number;
  bytes: Buffer;
}

const NOTHING = Buffer.alloc(0);
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * One HTTP/1.1 connection to this machine that is kept: a question at a time, the whole answer read and not looked into.
 * Costs the client as little as can be, and the same for everybody who is measured. Answers have a `Content-Length`.
 */
export class KeptConnection {
  private readonly socket: Socket;
  private parts: Buffer[] = [];
  private have = 0;
  /** Of the whole answer; null = its head has not come yet. */
  private wanted: { status: number; head: number; whole: number } | null = null;
  private waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (bytes) => this.read(bytes));
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new Error('the connection was closed')));
  }

  ask(text: string | Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(text);
    });
  }

  close(): void {
    this.waiting = null;
    this.socket.destroy();
  }

  private read(bytes: Buffer): void {
    this.parts.push(bytes);
    this.have += bytes.length;
    if (this.wanted === null) {
      const all = this.joined();
      const head = all.indexOf(END_OF_HEAD);
      if (head < 0) return;
      this.wanted = wantedOf(all.toString('latin1', 0, head), head + END_OF_HEAD.length);
    }
    const { status, head, whole } = this.wanted;
    if (this.have < whole) return;
    const { waiting } = this;
    const answer = { status, bytes: this.joined().subarray(head, whole) };
    this.parts = [];
    this.have = 0;
    this.wanted = this.waiting = null;
    waiting?.resolve(answer);
  }

  private joined(): Buffer {
    const [first = NOTHING] = this.parts;
    if (this.parts.length > 1) this.parts = [Buffer.concat(this.parts)];
    return this.parts[0] ?? first;
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = null;
  }
}

function wantedOf(head: string, length: number): { status: number; head: number; whole: number } {
  const body = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (body === undefined) throw new Error(`an answer without a length: ${head.slice(0, 200)}`);
  return { status: Number(head.slice(9, 12)), head: length, whole: length + Number(body) };
}

export function textOf({ port, method, path, headers, body = '' }: Question): string {
  const all = { host: `127.0.0.1:${port}`, ...headers };
  const length = method === 'GET' ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}${length}\r\n${body}`;
}
