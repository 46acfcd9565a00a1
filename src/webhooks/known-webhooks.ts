import type { Clock } from '../platform/clock.js';
import type { KnownWebhook, WebhookStore } from './redis-webhook-store.js';

/** A writer that died before it told of its change is found out after so long. */
const GOOD_FOR_MS = 10_000;

/** All webhooks, for whoever asks at every event: one read, as long as nobody has changed any. */
export class KnownWebhooks {
  private kept: { version: string | null; readMs: number; webhooks: KnownWebhook[] } | null = null;

  constructor(
    private readonly store: Pick<WebhookStore, 'all' | 'version'>,
    private readonly clock: Clock,
  ) {}

  async all(): Promise<KnownWebhook[]> {
    const version = await this.store.version();
    const now = this.clock.monotonic();
    if (this.kept && this.kept.version === version && now - this.kept.readMs < GOOD_FOR_MS)
      return this.kept.webhooks;
    // Of a change meanwhile the version tells the next time.
    const webhooks = await this.store.all();
    this.kept = { version, readMs: now, webhooks };
    return webhooks;
  }
}
