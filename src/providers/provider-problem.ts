import { problem, type Problem, type ProblemCode } from '../domain/problem.js';
import type { Provider } from './provider.js';
import type { ProviderError, ProviderErrorKind } from './provider-error.js';

/** What an upstream's error is to our clients. One table. */
const CODES: Readonly<Record<ProviderErrorKind, ProblemCode>> = {
  NOT_FOUND: 'not-found',
  INVALID_ARGUMENT: 'invalid-request',
  WRONG_STATE: 'action-not-allowed',
  CONFLICT: 'upstream-refused',
  QUOTA_EXCEEDED: 'upstream-refused',
  UNAUTHENTICATED: 'upstream-unavailable',
  PERMISSION_DENIED: 'upstream-refused',
  RATE_LIMITED: 'upstream-unavailable',
  UNAVAILABLE: 'upstream-unavailable',
  TIMEOUT: 'upstream-timeout',
  UNSUPPORTED: 'unsupported-action',
  BAD_ANSWER: 'upstream-bad-answer',
  UPSTREAM_FAULT: 'upstream-bad-answer',
};

export function providerProblem(error: ProviderError, provider: Provider): Problem {
  return problem(CODES[error.kind], error.message, {
    ...(error.pointer === null ? {} : { errors: [{ pointer: error.pointer, detail: error.message }] }),
    ...upstreamPart(error, provider),
  });
}

/** A refusal of something that was sent: always the upstream's, with its words. */
export function refusalProblem(error: ProviderError, provider: Provider): Problem {
  const code = error.kind === 'WRONG_STATE' ? 'action-not-allowed' : 'upstream-refused';
  return problem(code, error.message, upstreamPart(error, provider));
}

function upstreamPart(error: ProviderError, provider: Provider): Partial<Problem> {
  return {
    retryable: error.retry === 'TEMPORARY',
    ...(isOurs(error)
      ? {}
      : { upstream: { provider: provider.descriptor.provider, site: provider.siteId, ...error.upstream } }),
  };
}

/** The driver judged the request by itself. An upstream that was asked and gave no answer is not meant. */
function isOurs({ kind, upstream }: ProviderError): boolean {
  const silent = Object.values(upstream).every((word) => word === null);
  return silent && (kind === 'INVALID_ARGUMENT' || kind === 'UNSUPPORTED');
}
