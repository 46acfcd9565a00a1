import { problem, type Problem } from '../domain/problem.js';
import { isoTime } from '../platform/clock.js';
import type { Provider } from '../providers/provider.js';
import type { BreakerState } from '../providers/read-breaker.js';

/** How one site contributed to an answer. */
export interface Source {
  siteId: string;
  provider: string;
  /**
   * FRESH: as it was at the last look, which was not long ago. STALE: the last good look; since then the site failed,
   * answered what is not believed, or nobody looked. UNAVAILABLE: nothing good was ever read.
   */
  state: 'FRESH' | 'STALE' | 'UNAVAILABLE';
  /** When the look began. */
  refreshedTime: string | null;
  ageSeconds: number | null;
  error: Problem | null;
  /** Of the process that answers: whether it asks the site itself for what it does not know. */
  breaker: BreakerState;
}

/**
 * @param error what came of the last look, null = all was well
 * @param reason why it was not looked at lately, where that is known
 */
export function sourceOf(
  provider: Provider,
  takenMs: number | null,
  error: Problem | null,
  now: number,
  tooOldMs: number,
  reason: Problem | null = null,
): Source {
  const ageMs = takenMs === null ? null : Math.max(0, now - takenMs);
  const told = error ?? (ageMs !== null && ageMs > tooOldMs ? (reason ?? unattended(provider, ageMs)) : null);
  return {
    siteId: provider.siteId,
    provider: provider.descriptor.provider,
    state: takenMs === null ? 'UNAVAILABLE' : told ? 'STALE' : 'FRESH',
    refreshedTime: takenMs === null ? null : isoTime(takenMs),
    ageSeconds: ageMs === null ? null : Math.round(ageMs / 1000),
    error: told,
    breaker: provider.breakerView.state,
  };
}

function unattended({ siteName }: Provider, ageMs: number): Problem {
  const seconds = Math.round(ageMs / 1000);
  return problem(
    'inventory-unattended',
    `Nobody has looked at ${siteName} for ${seconds} seconds: no worker runs, or none comes to it.`,
  );
}
