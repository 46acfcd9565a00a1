import net from 'node:net';

export interface AskedConnection {
  host: string;
  port: number;
}

type Connect = (this: net.Socket, ...args: unknown[]) => net.Socket;

/**
 * Notes whereto every socket of this process is asked to connect, TLS or not, before anything is resolved or sent. None leaves
 * the machine: what is not loopback fails at once, as if nobody listened there.
 */
export class SocketLedger {
  readonly asked: AskedConnection[] = [];
  private readonly original = Reflect.get(net.Socket.prototype, 'connect') as Connect;

  static open(): SocketLedger {
    const ledger = new SocketLedger();
    const { original, asked } = ledger;
    const connect: Connect = function (...args) {
      const wish = wishOf(args);
      asked.push(wish);
      if (net.isIP(wish.host) !== 0 && !isLoopback(wish.host)) {
        process.nextTick(() => this.destroy(Object.assign(new Error('kept back'), { code: 'ECONNREFUSED' })));
        return this;
      }
      return original.apply(this, args);
    };
    Reflect.set(net.Socket.prototype, 'connect', connect);
    return ledger;
  }

  close(): void {
    Reflect.set(net.Socket.prototype, 'connect', this.original);
  }

  get hosts(): string[] {
    return this.asked.map(({ host }) => host);
  }
}

/** Node itself hands the arguments on as one list. */
function wishOf(args: readonly unknown[]): AskedConnection {
  const [first] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  const { host = 'localhost', port = 0 } = (first ?? {}) as { host?: string; port?: number | string };
  return { host, port: Number(port) };
}

function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1';
}
