import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way between two processes, of which nothing comes through any more once it is silenced: a cut cable. */
export class Link {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private silent = false;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (socket) => this.join(socket));
  }

  static open(targetPort: number): Promise<Link> {
    const server = createServer();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(new Link(server, targetPort)));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Neither end is told: what is written simply never arrives. */
  silence(): void {
    this.silent = true;
    for (const sockets of this.pairs) for (const socket of sockets) socket.unpipe().pause();
  }

  /** Old connections do not come back to life: both ends begin anew. */
  mend(): void {
    this.silent = false;
    for (const sockets of this.pairs) for (const socket of sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.mend();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket): void {
    const far = createConnection({ host: '127.0.0.1', port: this.targetPort });
    const pair = [near, far] as const;
    this.pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('error', () => undefined);
      from.once('close', () => {
        to.destroy();
        this.pairs.delete(pair);
      });
      if (!this.silent) from.pipe(to);
    }
  }
}
