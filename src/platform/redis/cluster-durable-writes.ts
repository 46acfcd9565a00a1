import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { clusterBehind } from './connection.js';
import {
  DurableWrites,
  plainConnection,
  type DurableAnswer,
  type DurableSettings,
  type DurableWrite,
} from './durable-writes.js';
import { lookAgain, storeOf } from './stores.js';
import { hasMoved, isRedisTrouble } from './trouble.js';

const MOST_SERVERS_TRIED = 3;
const MOVES_WITHIN_MS = 3_000;
const MOVING_ASKED_EVERY_MS = 100;

/**
 * The same for the servers of a Cluster: each write has a connection to the one that has its keys, and goes after them
 * when they move. What was sent to a server that was replaced meanwhile is sent to the one that took its place: only that
 * one's replicas say anything.
 */
export class ClusterDurableWrites extends DurableWrites {
  private readonly servers = new Map<string, DurableWrites>();

  constructor(
    private readonly cluster: Redis,
    private readonly asked: Pick<DurableSettings, 'replicas'> & Partial<DurableSettings>,
  ) {
    super(cluster, asked);
  }

  override async run(write: DurableWrite, isUrgent = true): Promise<DurableAnswer> {
    if (this.asked.replicas === 0) return this.runOrdinarily(write);
    const deadline = performance.now() + MOVES_WITHIN_MS;
    for (let tried = 1; ;) {
      const { name, connection } = storeOf(this.cluster, write.mark);
      try {
        return await this.serverAt(name, connection).run(write, isUrgent);
      } catch (error) {
        const isMoving = hasMoved(error) && performance.now() < deadline;
        if (!isMoving && (tried === MOST_SERVERS_TRIED || !isRedisTrouble(error))) throw error;
        await lookAgain(this.cluster);
        if (isMoving) await pause(MOVING_ASKED_EVERY_MS);
        else if (storeOf(this.cluster, write.mark).name === name) throw error;
        else tried += 1;
      }
    }
  }

  override close(): void {
    for (const server of this.servers.values()) server.close();
  }

  private serverAt(name: string, connection: Redis): DurableWrites {
    const known = this.servers.get(name);
    if (known) return known;
    const server = new DurableWrites(this.cluster, this.asked, () => plainConnection(connection));
    this.servers.set(name, server);
    return server;
  }
}

/** Of the kind that the connection needs. */
export function durableWrites(redis: Redis, settings: Pick<DurableSettings, 'replicas'>): DurableWrites {
  return clusterBehind(redis)
    ? new ClusterDurableWrites(redis, settings)
    : new DurableWrites(redis, settings);
}
