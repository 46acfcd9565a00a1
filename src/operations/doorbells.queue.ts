import type { Redis } from 'ioredis';
import type { Log } from '../platform/log/log.js';
import type { RingTurn } from '../platform/queue/ring-turn.js';
import { Rings } from '../platform/queue/rings.queue.js';
import { Doorbells } from './doorbells.js';
import { siteOfOperation } from './operation-id.js';

export const SUBMISSIONS = 'submissions';
export const WATCHES = 'watches';

export class QueueDoorbells extends Doorbells {
  private readonly submissions: Rings;
  private readonly watches: Rings;

  constructor(connection: Redis, log: Log) {
    super();
    this.submissions = new Rings(SUBMISSIONS, connection, log);
    this.watches = new Rings(WATCHES, connection, log);
  }

  ringSubmission(operationId: string, turn: RingTurn = 'IN_TURN'): Promise<void> {
    return this.submissions.ring(siteOfOperation(operationId) ?? '', operationId, turn);
  }

  ringWatch(siteId: string): Promise<void> {
    return this.watches.ring(siteId, siteId);
  }

  ensureSubmission(operationId: string, turn: RingTurn = 'IN_TURN'): Promise<void> {
    return this.submissions.ensure(siteOfOperation(operationId) ?? '', operationId, turn);
  }

  ensureWatch(siteId: string): Promise<void> {
    return this.watches.ensure(siteId, siteId);
  }

  async close(): Promise<void> {
    await Promise.all([this.submissions.close(), this.watches.close()]);
  }
}
