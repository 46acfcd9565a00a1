import { RingWorkers, type RingTools } from '../platform/queue/ring-workers.processor.js';
import { DELIVERIES } from './deliveries.queue.js';
import type { DeliveryRounds } from './delivery-rounds.js';

/** Webhooks of one shard that are sent to at the same time by one process: one that hangs keeps one of these. */
const AT_ONCE = 32;

/** Answers the rings for deliveries. */
export class DeliveryWorkers extends RingWorkers {
  constructor(
    private readonly rounds: DeliveryRounds,
    tools: RingTools,
  ) {
    super({ name: DELIVERIES, atOnce: AT_ONCE, answer: (webhookId) => rounds.round(webhookId) }, tools);
  }

  override close(limitMs: number): Promise<boolean> {
    this.rounds.stop();
    return super.close(limitMs);
  }
}
