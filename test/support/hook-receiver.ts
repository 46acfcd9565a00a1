import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { eventuallyTrue } from './eventually.js';

/** A request as it came in. */
export interface Received {
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** `webhook-id`. */
  id: string;
  event: { id: string; type: string; subject?: string; sequence?: number; data: Record<string, unknown> };
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Nothing is answered at all. */
  hang?: boolean;
}

/** An endpoint of somebody else: a web server of this machine that answers as it is told. */
export class HookReceiver {
  readonly received: Received[] = [];
  /** Connections that were ever made. */
  connections = 0;
  atOnce = 0;
  mostAtOnce = 0;
  answer: (request: Received) => Reply | Promise<Reply> = () => ({ status: 204 });
  private readonly sockets = new Set<Socket>();
  private readonly server: http.Server;

  private constructor() {
    this.server = http.createServer((request, response) => {
      void this.take(request, response).catch(() => response.destroy());
    });
    this.server.on('connection', (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  static async start(host = '127.0.0.1'): Promise<HookReceiver> {
    const receiver = new HookReceiver();
    receiver.server.listen(0, host);
    await once(receiver.server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hooks`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  until(count: number, deadlineMs?: number): Promise<void> {
    return eventuallyTrue(`${count} requests came`, () => this.received.length >= count, deadlineMs);
  }

  /** What came of one operation, in the order in which it came. */
  sequences(operationId: string): number[] {
    return this.received.flatMap(({ event }) => (event.subject === operationId ? [event.sequence ?? 0] : []));
  }

  private async take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    response.once('close', () => (this.atOnce -= 1));
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const { headers, url: path = '' } = request;
    const event = JSON.parse(body) as Received['event'];
    const got = { path, headers, body, id: String(headers['webhook-id']), event };
    this.received.push(got);
    const reply = await this.answer(got);
    if (reply.hang) return;
    response.writeHead(reply.status ?? 204, reply.headers).end(reply.body);
  }
}

/** Whether the library of the receiver's side takes it: also its time. */
export function isVerified({ body, headers }: Received, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
