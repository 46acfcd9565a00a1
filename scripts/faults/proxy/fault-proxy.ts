import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { LinkFault } from './link-fault.js';

/** A fault, with the requests it strikes. */
export interface ProxyRule extends LinkFault {
  /** Tested against the first line: `POST /v1/…/action HTTP/1.1`. */
  line: RegExp;
  /** How many requests it strikes; by default 1. */
  times?: number;
  struck?: number;
}

const FIRST_LINE = /^(GET|POST|PUT|PATCH|DELETE) [^\r\n]*/;

/**
 * A TCP proxy that spoils the exchange of chosen HTTP requests, byte by byte; any other protocol passes. Whoever sends a
 * request on a connection of its own (as the gateway does with every change) is struck alone.
 */
export class FaultProxy {
  private readonly connections = new Set<Connection>();
  private rules: ProxyRule[] = [];
  private refusing = false;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (socket) => {
      if (this.refusing)
        socket
          .on('error', () => undefined)
          .resume()
          .resetAndDestroy();
      else this.join(socket);
    });
  }

  static open(targetPort: number): Promise<FaultProxy> {
    // A half-closed connection is one of the things to be shown.
    const server = createServer({ allowHalfOpen: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(new FaultProxy(server, targetPort)));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  add(rule: ProxyRule): ProxyRule {
    this.rules.push(rule);
    return rule;
  }

  calm(): void {
    this.rules = [];
  }

  /** Every connection is reset, and every new one: nobody is there. */
  refuse(): void {
    this.refusing = true;
    for (const connection of this.connections) connection.reset();
  }

  accept(): void {
    this.refusing = false;
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.reset();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(socket: Socket): void {
    const connection = new Connection(socket, this.targetPort, (line) => this.strike(line));
    this.connections.add(connection);
    void connection.over.then(() => this.connections.delete(connection));
  }

  private strike(line: string): LinkFault | null {
    const rule = this.rules.find(
      ({ line: pattern, times = 1, struck = 0 }) => struck < times && pattern.test(line),
    );
    if (!rule) return null;
    rule.struck = (rule.struck ?? 0) + 1;
    return rule;
  }
}

/** One client's connection and the one made for it. */
class Connection {
  readonly over: Promise<void>;
  private readonly far: Socket;
  private fault: LinkFault | null = null;
  private bytesUp = 0;
  private bytesDown = 0;

  constructor(
    private readonly near: Socket,
    targetPort: number,
    private readonly strike: (line: string) => LinkFault | null,
  ) {
    this.far = createConnection({ host: '127.0.0.1', port: targetPort, allowHalfOpen: true });
    for (const socket of [near, this.far]) socket.on('error', () => undefined).setNoDelay(true);
    near.on('data', (bytes) => this.up(bytes));
    this.far.on('data', (bytes) => this.down(bytes));
    near.on('end', () => {
      if (this.fault?.kind !== 'LATE') this.far.end();
    });
    this.far.on('end', () => {
      if (!this.holdsAnswer) near.end();
    });
    near.on('close', () => {
      // What is held is delivered although nobody waits for it any more.
      if (this.fault?.kind !== 'LATE') this.far.destroy();
    });
    this.far.on('close', () => {
      if (!this.holdsAnswer) near.destroy();
    });
    this.over = new Promise((resolve) => {
      let open = 2;
      for (const socket of [near, this.far]) {
        socket.once('close', () => {
          if (--open === 0) resolve();
        });
      }
    });
  }

  reset(): void {
    // What is being ended in order cannot be reset any more: Node would keep its handle for ever.
    if (this.near.writable) this.near.resetAndDestroy();
    else this.near.destroy();
    this.far.destroy();
  }

  /** The end of the answer is held back as the answer is. */
  private get holdsAnswer(): boolean {
    return this.fault?.kind === 'STALL_DOWN' || this.fault?.kind === 'DELAY_DOWN';
  }

  private up(bytes: Buffer): void {
    const line = FIRST_LINE.exec(bytes.toString('latin1', 0, 2048))?.[0];
    if (line && !this.fault) this.fault = this.strike(line);
    const { fault } = this;
    switch (fault?.kind) {
      case 'RESET_BEFORE':
        this.reset();
        return;
      case 'STALL_UP':
        return;
      case 'RESET_UP': {
        const left = Math.max(0, (fault.bytes ?? 0) - this.bytesUp);
        this.far.write(bytes.subarray(0, left));
        this.bytesUp += bytes.length;
        if (this.bytesUp >= (fault.bytes ?? 0)) setTimeout(() => this.reset(), 20);
        return;
      }
      case 'LATE':
        setTimeout(() => this.far.write(bytes), fault.ms ?? 0);
        return;
      default:
        this.far.write(bytes);
    }
  }

  private down(bytes: Buffer): void {
    const { fault } = this;
    switch (fault?.kind) {
      case 'STALL_DOWN':
        return;
      case 'CLOSE_DOWN':
        this.near.end();
        return;
      case 'RESET_DOWN':
      case 'CUT_DOWN': {
        const left = Math.max(0, (fault.bytes ?? 0) - this.bytesDown);
        this.near.write(bytes.subarray(0, left), () => {
          if (this.bytesDown < (fault.bytes ?? 0)) return;
          if (fault.kind === 'RESET_DOWN') this.reset();
          else this.near.end();
        });
        this.bytesDown += bytes.length;
        return;
      }
      case 'DELAY_DOWN':
        setTimeout(() => this.near.end(bytes), fault.ms ?? 0).unref();
        return;
      case 'LATE':
        if (!this.near.destroyed && this.near.writable) this.near.write(bytes);
        else this.far.end();
        return;
      default:
        this.near.write(bytes);
    }
  }
}
