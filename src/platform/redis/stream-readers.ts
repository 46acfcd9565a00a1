import type { Redis } from 'ioredis';
import { clusterBehind } from './connection.js';
import { SHARDS } from './keys.js';

/** Shards whose streams one command may read, and a connection of its own to do so. */
export interface StreamReader {
  readonly shards: readonly number[];
  readonly connection: Redis;
}

/**
 * Connections for blocking reads of streams. One server is asked for all shards at once; a Cluster refuses a command that
 * names keys of two slots, and one that blocks holds up whatever comes behind it: there each shard has its own.
 */
export class StreamReaders {
  private readonly opened: Redis[] = [];

  /** @param connect makes one more connection that waits for ever */
  constructor(private readonly connect: () => Redis) {}

  /** New ones, for this caller alone, who disconnects them at its end. */
  open(): readonly StreamReader[] {
    const first = this.another();
    if (!clusterBehind(first)) return [{ shards: SHARDS, connection: first }];
    return SHARDS.map((shard) => ({ shards: [shard], connection: shard === 0 ? first : this.another() }));
  }

  /** Those that nobody has closed. */
  close(): void {
    for (const connection of this.opened) connection.disconnect();
  }

  private another(): Redis {
    const connection = this.connect();
    this.opened.push(connection);
    return connection;
  }
}
