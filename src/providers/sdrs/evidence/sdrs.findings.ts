import type { Finding } from '../../../domain/observation.js';

export function started(evidence: string, jobId?: string): Finding {
  return { verdict: 'STARTED', ref: { jobIds: jobId === undefined ? [] : [jobId] }, evidence };
}

export function notSeen(evidence: string): Finding {
  return { verdict: 'NOT_SEEN', evidence };
}

export function undecidable(evidence: string): Finding {
  return { verdict: 'UNDECIDABLE', evidence };
}

/** One new failure is the request's; of several nobody knows which. */
export function byFailures(failures: readonly string[], otherwise: string): Finding {
  if (failures.length > 1) return severalFailures();
  const [jobId] = failures;
  return jobId === undefined
    ? notSeen(otherwise)
    : started('the task center holds a new failure of this action', jobId);
}

export function severalFailures(): Finding {
  return undecidable('the task center holds several new failures of this action');
}
