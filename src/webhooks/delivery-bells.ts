/** Rings for deliveries to a webhook. Losing every ring loses nothing: a sweep rings for every webhook that something waits for. */
export abstract class DeliveryBells {
  /** Something is to be sent to this webhook, now. */
  abstract ring(webhookId: string): Promise<void>;
  /** The same, for the sweep: a ring that waits for its time is left alone. */
  abstract ensure(webhookId: string): Promise<void>;
}
