import type { Clock } from '../../../platform/clock.js';
import type { ProviderError } from '../../provider-error.js';

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

  /** @param patience how many refusals in a row it takes */
  constructor(
    private readonly clock: Clock,
    private readonly patience = 1,
  ) {}

  /** Throws the remembered refusal while the pause lasts. */
  check(): void {
    if (this.refusal !== null && this.clock.monotonic() < this.until) throw this.refusal;
  }

  note(refusal: ProviderError): ProviderError {
    this.refusals += 1;
    const beyond = this.refusals - this.patience;
    if (beyond < 0) return refusal;
    this.until = this.clock.monotonic() + Math.min(FIRST_PAUSE_MS * 2 ** beyond, LONGEST_PAUSE_MS);
    this.refusal = refusal;
    return refusal;
  }

  clear(): void {
    this.refusals = 0;
    this.refusal = null;
  }
}
