import type { Operation } from '../domain/operation.js';
import type { OperationSettings } from './settings.js';

export interface PollingSituation {
  settings: OperationSettings;
  open: readonly Operation[];
  now: number;
  /** Looks in a row that learnt nothing. */
  failures: number;
  /** How long the upstream asked us to stay away. */
  retryAfterMs: number | null;
}

const SLOWEST_MS = 60_000;

/**
 * When to look at a site again: often while its youngest operation is young, less often later; a failing site
 * is left in peace; one where only a person can decide is looked at once a minute.
 */
export function pollingDelay({ settings, open, now, failures, retryAfterMs }: PollingSituation): number {
  const base = settings.pollIntervalMs;
  const slowest = Math.max(base, SLOWEST_MS);
  const active = open.filter((operation) => operation.state !== 'UNKNOWN');
  if (active.length === 0) return Math.max(retryAfterMs ?? 0, base, settings.unknownIntervalMs);
  const youngest = Math.max(
    ...active.map((operation) => Date.parse(operation.startedTime ?? operation.createdTime)),
  );
  const age = now - youngest;
  const byAge = age < 120_000 ? base : age < 600_000 ? 2 * base : 4 * base;
  const byFailures = base * 2 ** Math.min(failures, 6);
  return Math.max(retryAfterMs ?? 0, Math.min(slowest, Math.max(byAge, failures > 0 ? byFailures : 0)));
}
