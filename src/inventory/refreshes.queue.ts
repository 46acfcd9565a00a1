import type { Redis } from 'ioredis';
import type { Log } from '../platform/log/log.js';
import { Rings } from '../platform/queue/rings.queue.js';
import { RefreshBells } from './refresh-bells.js';

export const REFRESHES = 'refreshes';

export class QueueRefreshBells extends RefreshBells {
  private readonly rings: Rings;

  constructor(connection: Redis, log: Log) {
    super();
    this.rings = new Rings(REFRESHES, connection, log);
  }

  ring(siteId: string): Promise<void> {
    return this.rings.ring(siteId, siteId);
  }

  ensure(siteId: string): Promise<void> {
    return this.rings.ensure(siteId, siteId);
  }

  close(): Promise<void> {
    return this.rings.close();
  }
}
