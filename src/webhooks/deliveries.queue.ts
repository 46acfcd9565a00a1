import type { Redis } from 'ioredis';
import type { Log } from '../platform/log/log.js';
import { Rings } from '../platform/queue/rings.queue.js';
import { DeliveryBells } from './delivery-bells.js';

export const DELIVERIES = 'deliveries';

export class QueueDeliveryBells extends DeliveryBells {
  private readonly rings: Rings;

  constructor(connection: Redis, log: Log) {
    super();
    this.rings = new Rings(DELIVERIES, connection, log);
  }

  ring(webhookId: string): Promise<void> {
    return this.rings.ring(webhookId, webhookId);
  }

  ensure(webhookId: string): Promise<void> {
    return this.rings.ensure(webhookId, webhookId);
  }

  close(): Promise<void> {
    return this.rings.close();
  }
}
