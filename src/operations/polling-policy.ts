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
  /** How much of what watching may take of the site's budget is used, by whomever: 1 = all of it; null = not counted. */
  budgetUsed?: number | null;
}

const SLOWEST_MS = 60_000;

/**
 * When to look at a site again: often while its youngest operation is young, less often later; a failing site
 * is left in peace; one where only a person can decide is looked at once a minute, after a day every ten minutes; where the budget runs low, looks
 * become rare before they are refused.
 */
export function pollingDelay(situation: PollingSituation): number {
  const { settings, open, now, failures, retryAfterMs, budgetUsed = null } = situation;
  const base = settings.pollIntervalMs;
  const slowest = Math.max(base, SLOWEST_MS);
  const active = open.filter((operation) => operation.state !== 'UNKNOWN');
  if (active.length === 0) {
    const intervals = open.map((operation) => unknownIntervalMs(operation, settings, now));
    return Math.max(retryAfterMs ?? 0, base, Math.min(...intervals));
  }
  const youngest = Math.max(
    ...active.map((operation) => Date.parse(operation.startedTime ?? operation.createdTime)),
  );
  const age = now - youngest;
  const byAge = age < 120_000 ? base : age < 600_000 ? 2 * base : 4 * base;
  const byBudget = base * ((budgetUsed ?? 0) >= 1 ? 4 : (budgetUsed ?? 0) >= 0.75 ? 2 : 1);
  const byFailures = base * 2 ** Math.min(failures, 6);
  return Math.max(
    retryAfterMs ?? 0,
    Math.min(slowest, Math.max(byAge, byBudget, failures > 0 ? byFailures : 0)),
  );
}

/** Between two looks for evidence about an operation that is UNKNOWN: late evidence becomes rare, but is never too late. */
export function unknownIntervalMs(
  { calls, jobsOverSince, updatedTime }: Operation,
  settings: OperationSettings,
  now: number,
): number {
  const sent = calls.find((call) => call.state === 'AMBIGUOUS')?.attempt?.intentTime;
  const doubtfulMs = now - Date.parse(sent ?? jobsOverSince ?? updatedTime);
  return doubtfulMs < settings.unknownYoungMs ? settings.unknownIntervalMs : settings.unknownOldIntervalMs;
}
