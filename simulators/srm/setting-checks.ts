import { fields, flag, list, number, oneOf, text, whole, type Check } from '../engine/control-request.js';
import type { SrmSettings } from './settings.js';

const account = fields({ username: text, password: text, denied: list(text) });
const misses = oneOf(400, 401, 403, 500);

/** What each setting may be when it comes over the control API. */
export const SETTING_CHECKS: { [Name in keyof SrmSettings]: Check<unknown> } = {
  morePlans: whole(),
  pastRuns: whole(),
  accounts: fields({ a: list(account), b: list(account) }),
  sessionIdleMs: number(),
  missingRemoteStatus: misses,
  remoteDownStatus: misses,
  robo: flag,
  taskQueuedMs: number(),
  taskRetentionMs: number(),
  durationFactor: number(),
  durationsMs: fields({
    test: number(),
    cleanup: number(),
    recovery: number(),
    reprotect: number(),
    cancel: number(),
    other: number(),
  }),
  groupSettleMs: number(),
  refusalMode: oneOf('http400', 'taskError'),
  forceRecovery: flag,
  defaultPageSize: whole(1),
  largestPageSize: whole(1),
  nullHeavy: flag,
  limiter: flag,
  limiterWindowMs: number(1),
  addressQuota: whole(),
  serviceQuota: whole(),
  sessionQuota: whole(),
  retryAfter: flag,
};
