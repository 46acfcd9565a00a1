import type { Clock } from '../../../platform/clock.js';
import type { ProviderError } from '../../provider-error.js';

/**
 * Stops the trying after a few refusals in a row, for a while; then one try at a time. IAM locks accounts,
 * and the gateway locks an access key for five minutes after more than five (section 1.4).
 */
export class RefusalPause {
  private refusals = 0;
  private last: { error: ProviderError; at: number } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly patience: number,
    private readonly pauseMs: number,
  ) {}

  /** Throws the last refusal while the pause lasts. */
  check(): void {
    const { last } = this;
    if (last && this.refusals >= this.patience && this.clock.monotonic() - last.at < this.pauseMs) {
      throw last.error;
    }
  }

  note(error: ProviderError): void {
    this.refusals += 1;
    this.last = { error, at: this.clock.monotonic() };
  }

  clear(): void {
    this.refusals = 0;
    this.last = null;
  }
}
