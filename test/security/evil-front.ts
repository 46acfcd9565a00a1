import http from 'node:http';
import type { Socket } from 'node:net';
import { closeServers, listen } from '../unit/support/listening.js';
import type { Evil } from './evil-answers.js';

/** Stands before a simulated site: hands on what it is told to, and answers the rest evilly. */
export class EvilFront {
  evil: Evil = () => undefined;
  /** Until then everything is handed on. */
  isEvil = false;
  /** `POST /path`, of what was answered evilly. */
  readonly asked: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(readonly port: number) {}

  static async before(plainUrl: string, isHandedOn: (path: string) => boolean): Promise<EvilFront> {
    const found: { front?: EvilFront } = {};
    const server = http.createServer((request, response) => {
      const { front } = found;
      if (!front) return;
      if (!front.isEvil || isHandedOn(request.url ?? '')) return handOn(plainUrl, request, response);
      front.asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      request.resume().on('end', () => {
        request.socket.on('error', () => undefined);
        front.evil(request.socket, request);
      });
    });
    server.on('connection', (socket: Socket) => found.front?.sockets.add(socket));
    return (found.front = new EvilFront(await listen(server)));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As if it had been restarted: no connection of before is used again. */
  hangUp(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  close(): Promise<void> {
    return closeServers();
  }
}

function handOn(plainUrl: string, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { method, headers, url = '' } = request;
  const on = http.request(plainUrl + url, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  on.on('error', () => response.destroy());
  request.pipe(on);
}
