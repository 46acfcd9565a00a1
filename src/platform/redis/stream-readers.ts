import type { ShardConnections, StreamReader } from './shard-connections.js';

export type { StreamReader } from './shard-connections.js';

/** Connections for blocking reads of streams. */
export class StreamReaders {
  constructor(private readonly connections: ShardConnections) {}

  /** New ones, for this caller alone, who disconnects them at its end: together they read all shards. */
  open(): readonly StreamReader[] {
    return this.connections.readers();
  }
}
