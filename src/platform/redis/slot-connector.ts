import { connect as connectPlainly, Socket } from 'node:net';
import { connect as connectWithTls } from 'node:tls';
import { AbstractConnector, type Redis, type RedisOptions } from 'ioredis';
import { lookAgain, storeOf } from './stores.js';

/** Until it is destroyed, when it does not close by itself. */
const CLOSES_WITHIN_MS = 2_000;

/** Connects to whichever server of a Cluster has a key, as the others find it then. */
export function slotConnector(cluster: Redis, key: string): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    private readonly options: RedisOptions;

    constructor(options: unknown) {
      super(CLOSES_WITHIN_MS);
      this.options = options as RedisOptions;
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      await lookAgain(cluster);
      const stream = this.connecting ? this.opened() : closed();
      stream.once('error', (error: Error) => {
        this.firstError = error;
      });
      this.stream = stream;
      return stream;
    }

    private opened(): Socket {
      let at: { host?: string; port?: number };
      try {
        at = storeOf(cluster, key).connection.options;
      } catch {
        return closed();
      }
      const { host, port = 0 } = at;
      return this.options.tls
        ? connectWithTls({ host, port, ...this.options.tls })
        : connectPlainly({ host, port });
    }
  };
}

/** A connector that fails ends the connection for good; one whose stream is closed is asked again. */
function closed(): Socket {
  return new Socket().destroy();
}
