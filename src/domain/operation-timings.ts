import type { Operation, OperationTimings } from './operation.js';

/** Where the time of an operation went, as far as it is known at `now`. */
export function timingsOf(operation: Operation, now: string): OperationTimings {
  const created = Date.parse(operation.createdTime);
  const intent = operation.calls[0]?.attempt?.intentTime;
  const started = operation.startedTime;
  const ended = operation.endedTime;
  const over = upstreamEndOf(operation);
  const span = (from: string | null | undefined, to: string | null | undefined): number | null =>
    from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : null;
  return {
    queuedMs: intent ? Math.max(0, Date.parse(intent) - created) : null,
    submitMs: span(intent, started),
    upstreamMs: span(started, over ?? ended),
    detectMs: span(over, ended),
    totalMs: Math.max(0, Date.parse(ended ?? now) - created),
  };
}

/**
 * When it was over at the upstream; null = that cannot be told. The upstream's own clock is believed where it fits between
 * the start and what we saw: it may be wrong, though not by more than the run was long.
 */
function upstreamEndOf(operation: Operation): string | null {
  const { startedTime, jobsOverSince, upstreamEndedTime, endedTime } = operation;
  if (upstreamEndedTime && startedTime && jobsOverSince) {
    const told = Date.parse(upstreamEndedTime);
    if (told >= Date.parse(startedTime) && told <= Date.parse(jobsOverSince)) return upstreamEndedTime;
  }
  // Seen over and settled in one look: when it was over before that is not known.
  return jobsOverSince !== endedTime ? jobsOverSince : null;
}
