import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import type { WaitingDeliveries, WaitingLine } from './redis-waiting-deliveries.js';
import type { WebhookStore } from './redis-webhook-store.js';
import type { Webhook } from './webhook.js';

/** What may wait for all webhooks together. */
export interface WaitingLimits {
  deliveries: number;
  bytes: number;
  /** For how long it waits for one that is disabled. */
  disabledKeptMs: number;
}

/** One that is over its limit is brought below it by so much, so that the next event does not bring it over again. */
const AMPLE = 0.9;
/** After such a part of the limit has come in, it is looked at. */
const LOOK_AFTER = 0.05;

/**
 * Keeps what waits for webhooks from filling the store: the longest lines lose their oldest deliveries, as many as it
 * takes. A line that is shorter than its equal part of the limit never loses any.
 */
export class WaitingBounds {
  private grown: WaitingLine = { count: 0, bytes: 0 };
  private enforcing: Promise<void> | null = null;

  /** @param onDrop told how many were dropped */
  constructor(
    private readonly webhooks: WebhookStore,
    private readonly lines: WaitingDeliveries,
    private readonly limits: WaitingLimits,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly onDrop: (count: number) => void = () => undefined,
  ) {}

  /** Told of everything that this process puts in line: soon enough it looks at all of them. */
  async grew({ count, bytes }: WaitingLine): Promise<void> {
    this.grown = { count: this.grown.count + count, bytes: this.grown.bytes + bytes };
    const isMuch =
      this.grown.count > this.limits.deliveries * LOOK_AFTER ||
      this.grown.bytes > this.limits.bytes * LOOK_AFTER;
    if (isMuch) await this.enforce();
  }

  /** Joins what goes on. */
  enforce(): Promise<void> {
    this.enforcing ??= this.dropWhatIsTooMuch().finally(() => {
      this.enforcing = null;
    });
    return this.enforcing;
  }

  private async dropWhatIsTooMuch(): Promise<void> {
    this.grown = { count: 0, bytes: 0 };
    const known = await this.webhooks.all();
    const waiting = await Promise.all(known.map(({ webhook }) => this.lines.of(webhook.id)));
    const count = lengthLimit(
      waiting.map((line) => line.count),
      this.limits.deliveries,
    );
    const bytes = lengthLimit(
      waiting.map((line) => line.bytes),
      this.limits.bytes,
    );
    for (const [i, { webhook }] of known.entries()) {
      const line = waiting[i];
      if (!line || line.count === 0) continue;
      if (line.count > count || line.bytes > bytes) await this.drop(webhook, { count, bytes });
      if (webhook.disabled)
        await this.drop(webhook, { sinceMs: this.clock.now() - this.limits.disabledKeptMs });
    }
  }

  private async drop({ id }: Webhook, limits: Parameters<WaitingDeliveries['drop']>[2]): Promise<void> {
    const dropped = await this.lines.drop(id, this.clock.now(), limits);
    if (dropped === 0) return;
    this.onDrop(dropped);
    const why = limits.sinceMs === undefined ? 'too much waited for webhooks' : 'they waited too long';
    this.log.error({ webhookId: id, deliveries: dropped }, `deliveries to a webhook were dropped: ${why}`);
  }
}

/** How long a line may be so that all of them together are within the limit; Infinity = they are. */
export function lengthLimit(lengths: readonly number[], limit: number): number {
  if (lengths.reduce((sum, length) => sum + length, 0) <= limit) return Infinity;
  let left = limit * AMPLE;
  for (const [i, length] of [...lengths].sort((a, b) => a - b).entries()) {
    const share = left / (lengths.length - i);
    if (length > share) return Math.floor(share);
    left -= length;
  }
  return Infinity;
}
