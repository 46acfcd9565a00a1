import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { problem, ProblemError } from '../../domain/problem.js';
import type { AuthenticatedRequest } from '../access/request-access.js';
import { laneOf } from './load-lanes.js';

const WINDOW_SECONDS = 10;
const FAILURE_WINDOW_SECONDS = 60;

export interface RateSettings {
  /** Of one principal, over ten seconds; null = as many as it likes. */
  perSecond: number | null;
  /** Credentials from one address that are not good; null = as many as it likes. */
  failuresPerMinute: number | null;
}

/**
 * How often each may ask this process. In memory: so many processes, so many times as much; a limit that asked Redis would
 * be one more thing that every request waits for. Headers as draft-ietf-httpapi-ratelimit-headers-10 has them.
 */
export class RequestRates {
  private readonly ofPrincipals: RateLimiterMemory | null;
  private readonly ofFailures: RateLimiterMemory | null;
  private readonly counted = new WeakSet<AuthenticatedRequest>();

  constructor({ perSecond, failuresPerMinute }: RateSettings) {
    this.ofPrincipals =
      perSecond === null
        ? null
        : new RateLimiterMemory({ points: perSecond * WINDOW_SECONDS, duration: WINDOW_SECONDS });
    this.ofFailures =
      failuresPerMinute === null
        ? null
        : new RateLimiterMemory({ points: failuresPerMinute, duration: FAILURE_WINDOW_SECONDS });
  }

  /**
   * Counts a request of somebody who is known, once. Resolves with the headers that tell what is left; throws the 429 when
   * nothing is. What settles a disaster is never refused by this.
   */
  async asked(request: AuthenticatedRequest): Promise<Readonly<Record<string, string>>> {
    const { access } = request;
    if (!access || !this.ofPrincipals || this.counted.has(request) || laneOf(request) === 'EMERGENCY')
      return {};
    this.counted.add(request);
    return spent(this.ofPrincipals, 'principal', access.principal.id, 'This principal asks too often.');
  }

  /** Counts a credential that is not good. Throws the 429 when too many came from there; whoever has a good one is let in. */
  async failed({ ip }: Pick<AuthenticatedRequest, 'ip'>): Promise<void> {
    if (!this.ofFailures) return;
    const sentence = 'Too many credentials that are not good came from this address.';
    await spent(this.ofFailures, 'failures', networkOf(ip), sentence);
  }
}

async function spent(
  limiter: RateLimiterMemory,
  policy: string,
  key: string,
  sentence: string,
): Promise<Record<string, string>> {
  try {
    return fields(limiter, policy, await limiter.consume(key));
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw new ProblemError(
      problem('rate-limited', `${sentence} Nothing was done; ask again in ${seconds} seconds.`),
      { ...fields(limiter, policy, refusal), 'retry-after': String(seconds) },
    );
  }
}

function fields(
  { points, duration }: RateLimiterMemory,
  policy: string,
  { remainingPoints, msBeforeNext }: RateLimiterRes,
): Record<string, string> {
  return {
    'ratelimit-policy': `"${policy}";q=${points};w=${duration}`,
    ratelimit: `"${policy}";r=${remainingPoints};t=${Math.ceil(msBeforeNext / 1000)}`,
  };
}

/** Whoever has one IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [before = '', after] = address.split('::');
  const groups = before === '' ? [] : before.split(':');
  const missing = after === undefined ? 0 : 8 - groups.length - (after === '' ? 0 : after.split(':').length);
  return [...groups, ...Array<string>(missing).fill('0')].slice(0, 4).join(':');
}
