import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Chance } from '../faults/world/chance.js';
import type { Tally } from './tally.js';

const FAILS = 0.02;

/** Somebody else's endpoint of webhooks: takes most, fails now and then, and looks whether the order is kept. */
export class HookEndpoint {
  private readonly sequences = new Map<string, number>();

  private constructor(
    private readonly server: http.Server,
    private readonly tally: Tally,
    private readonly chance: Chance,
  ) {
    server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      void this.take(request, response).catch(() => response.destroy());
    });
  }

  static async open(tally: Tally, chance: Chance): Promise<HookEndpoint> {
    const server = http.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HookEndpoint(server, tally, chance);
  }

  url(name: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${name}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += String(part);
    const { subject, sequence = 0 } = JSON.parse(text) as { subject?: string; sequence?: number };
    const fails = this.chance.next() < FAILS;
    this.tally.add(fails ? 'webhook requests failed on purpose' : 'webhook requests taken');
    const key = `${request.url ?? ''} ${subject ?? ''}`;
    if (subject !== undefined && !fails) {
      if (sequence < (this.sequences.get(key) ?? 0)) this.tally.add('webhook events out of order');
      this.sequences.set(key, sequence);
    }
    response.writeHead(fails ? 500 : 204).end();
  }
}
