import { createHash } from 'node:crypto';
import type { Principal } from '../../domain/access/principal.js';
import type { Clock } from '../../platform/clock.js';
import type { Verified } from './token-verifier.js';

const GOOD_FOR_MS = 60_000;
const MOST_KEPT = 10_000;

interface Kept extends Verified {
  keptAtMs: number;
}

/**
 * Tokens that were verified a moment ago, by their hash: whoever asks ten times a second has the signature checked once a
 * minute. Those that were not used for longest go first.
 */
export class VerifiedTokens {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly clock: Clock,
    private readonly mostKept = MOST_KEPT,
  ) {}

  /** Resolves to a principal that is still good, or asks. What `verify` throws is thrown on. */
  async principalOf(token: string, verify: () => Promise<Verified>): Promise<Principal> {
    const hash = createHash('sha256').update(token).digest('base64');
    const found = this.kept.get(hash);
    this.kept.delete(hash);
    const verified =
      found && this.isGood(found) ? found : { ...(await verify()), keptAtMs: this.clock.monotonic() };
    this.kept.set(hash, verified);
    if (this.kept.size > this.mostKept) this.forgetOldest();
    return verified.principal;
  }

  private isGood({ untilMs, keptAtMs }: Kept): boolean {
    return this.clock.now() < untilMs && this.clock.monotonic() - keptAtMs < GOOD_FOR_MS;
  }

  private forgetOldest(): void {
    const [oldest] = this.kept.keys();
    if (oldest !== undefined) this.kept.delete(oldest);
  }
}
