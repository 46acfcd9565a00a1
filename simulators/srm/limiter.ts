import { Refusal } from './errors.js';
import type { SiteKey, SrmSim } from './world.js';

/**
 * The three tiers of srm reference 1.7, in their order; v1 and v2 count together. The status of a
 * refusal is not published: 429, empty, is the expected one.
 */
export function countAddress(sim: SrmSim, site: SiteKey, address: string): void {
  count(sim, `address ${site} ${address}`, sim.settings.addressQuota);
  count(sim, `service ${site}`, sim.settings.serviceQuota);
}

export function countSession(sim: SrmSim, sessionId: string): void {
  count(sim, `session ${sessionId}`, sim.settings.sessionQuota);
}

/** A fixed window: it begins with the first request after the last one ended. */
function count(sim: SrmSim, tier: string, quota: number): void {
  if (!sim.settings.limiter) return;
  const { limiterWindowMs, retryAfter } = sim.settings;
  const open = sim.state.windows[tier];
  const window = open && sim.instant < open.since + limiterWindowMs ? open : { since: sim.instant, count: 0 };
  sim.state.windows[tier] = window;
  window.count += 1;
  if (window.count <= quota) return;
  const seconds = Math.ceil((window.since + limiterWindowMs - sim.instant) / 1000);
  throw new Refusal(429, '', 'Too many requests.', retryAfter ? { 'Retry-After': String(seconds) } : {});
}
