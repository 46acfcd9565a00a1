import { Redis } from 'ioredis';
import type { Log } from '../log/log.js';
import { throttled } from '../log/throttled.js';
import { retryStrategy } from './connection-role.js';
import { clusterBehind } from './connection.js';
import { SHARDS, shardPrefix } from './keys.js';
import { slotConnector } from './slot-connector.js';

/** What a server of a Cluster says when the keys are with another one now. */
const MOVED = /^MOVED /;
const AND_ASK_AGAIN = 2;

/** Shards whose keys one command may name, and a connection for it. */
export interface StreamReader {
  readonly shards: readonly number[];
  readonly connection: Redis;
}

/**
 * Connections that wait for ever, for workers and stream readers. One server takes them for all shards. Of a Cluster,
 * each shard has its own, to the server that has it, and goes after it: a command that names keys of two shards is refused
 * there, one that blocks holds up what comes behind it, and workers on a client of the whole Cluster fall silent when a
 * master comes back after all slots were down (bullmq 6.7, ioredis 6.0).
 */
export class ShardConnections {
  private readonly opened: Redis[] = [];
  private readonly ofShards = new Map<number, Redis>();

  /** @param usual waits for ever, of all that is not about one shard */
  constructor(
    private readonly commands: Redis,
    private readonly usual: Redis,
    private readonly log: Log,
  ) {}

  /** Shared by all workers of the shard. */
  of(shard: number): Redis {
    const known = this.ofShards.get(shard);
    if (known) return known;
    const connection = clusterBehind(this.commands) ? this.another(shard) : this.usual;
    this.ofShards.set(shard, connection);
    return connection;
  }

  /** New ones, for this caller alone, who disconnects them at its end. */
  readers(): readonly StreamReader[] {
    if (clusterBehind(this.commands))
      return SHARDS.map((shard) => ({ shards: [shard], connection: this.another(shard) }));
    const connection = this.kept(this.usual.duplicate({ lazyConnect: true }));
    return [{ shards: SHARDS, connection }];
  }

  close(): void {
    for (const connection of this.opened) connection.disconnect();
  }

  private another(shard: number): Redis {
    const { username, password, tls } = clusterBehind(this.commands)?.options.redisOptions ?? {};
    return this.kept(
      new Redis({
        username,
        password,
        tls,
        Connector: slotConnector(this.commands, shardPrefix(shard)),
        maxRetriesPerRequest: null,
        retryStrategy,
        reconnectOnError: (error) => (MOVED.test(error.message) ? AND_ASK_AGAIN : false),
        // A blocking read may wait for ten seconds.
        socketTimeout: 20_000,
        lazyConnect: true,
      }),
    );
  }

  private kept(connection: Redis): Redis {
    connection.on('error', throttled(this.log, 'redis'));
    this.opened.push(connection);
    return connection;
  }
}
