import type { Clock } from '../../platform/clock.js';
import type { ProviderError } from '../provider-error.js';

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;

/**
 * Keeps a refused login from being tried on every tick: vCenter SSO locks an account after a handful of
 * failures, and logins count against the limiter (1.4). The pause doubles with each refusal.
 */
export class LoginPause {
  private refusals = 0;
  private until = 0;
  private refusal: ProviderError | null = null;

  constructor(private readonly clock: Clock) {}

  /** Throws the remembered refusal while the pause lasts. */
  check(): void {
    if (this.refusal !== null && this.clock.monotonic() < this.until) throw this.refusal;
  }

  note(refusal: ProviderError): ProviderError {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.refusals, LONGEST_PAUSE_MS);
    this.refusals += 1;
    this.until = this.clock.monotonic() + pauseMs;
    this.refusal = refusal;
    return refusal;
  }

  clear(): void {
    this.refusals = 0;
    this.refusal = null;
  }
}
