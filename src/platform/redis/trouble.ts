/** How Redis being away, full or read-only shows in errors of its client. */
const MESSAGES =
  /connection is closed|stream isn't writeable|max retries per request|command timed out|ECONNREFUSED|ECONNRESET|^OOM |^READONLY |^MISCONF |^NOREPLICAS |^LOADING |^MASTERDOWN |^EXECABORT |^CLUSTERDOWN |^TRYAGAIN |^NOAUTH |^MOVED |^ASK |^UNBLOCKED |cluster isn't ready|cluster is ended|too many cluster redirections|none of startup nodes|failed to refresh slots cache/i;

/** Of a Cluster: the keys are with another server by now, or on their way there. */
export function hasMoved(error: unknown): boolean {
  return error instanceof Error && /^(MOVED|ASK|TRYAGAIN) /.test(error.message);
}

export function isRedisTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'MaxRetriesPerRequestError' || MESSAGES.test(error.message);
}

/** It answers, and takes no writes; scripts of older servers say so in the middle of their errors. */
const REFUSALS = /(?:^|[\s-])(OOM|READONLY|MISCONF|NOREPLICAS|LOADING|MASTERDOWN) /;

export function isStoreRefusal(error: Error): boolean {
  return REFUSALS.test(error.message);
}
