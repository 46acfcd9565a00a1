import type { Operation, OperationTimings } from './operation.js';

/** Where the time of an operation went, as far as it is known at `now`. */
export function timingsOf(operation: Operation, now: string): OperationTimings {
  const created = Date.parse(operation.createdTime);
  const intent = operation.calls[0]?.attempt?.intentTime;
  const started = operation.startedTime;
  const jobsOver = operation.jobsOverSince;
  const ended = operation.endedTime;
  const span = (from: string | null | undefined, to: string | null | undefined): number | null =>
    from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : null;
  return {
    queuedMs: intent ? Math.max(0, Date.parse(intent) - created) : null,
    submitMs: span(intent, started),
    upstreamMs: span(started, jobsOver ?? ended),
    // Seen over and settled in one look: when it was over before that cannot be told.
    detectMs: jobsOver !== ended ? span(jobsOver, ended) : null,
    totalMs: Math.max(0, Date.parse(ended ?? now) - created),
  };
}
