import type { ProblemCode } from '../domain/problem-kinds.js';
import { problem, type Problem } from '../domain/problem.js';
import type { Provider } from './provider.js';
import type { ProviderError, ProviderErrorKind } from './provider-error.js';

/** What an upstream's error is to our clients. One table. */
const CODES: Readonly<Record<ProviderErrorKind, ProblemCode>> = {
  NOT_FOUND: 'not-found',
  INVALID_ARGUMENT: 'upstream-refused',
  WRONG_STATE: 'action-not-allowed',
  CONFLICT: 'upstream-refused',
  QUOTA_EXCEEDED: 'upstream-quota-exceeded',
  UNAUTHENTICATED: 'upstream-unavailable',
  PERMISSION_DENIED: 'upstream-permission-denied',
  RATE_LIMITED: 'upstream-unavailable',
  UNAVAILABLE: 'upstream-unavailable',
  TIMEOUT: 'upstream-timeout',
  UNSUPPORTED: 'unsupported-action',
  BAD_ANSWER: 'upstream-bad-answer',
  UPSTREAM_FAULT: 'upstream-bad-answer',
};

/** Refusals of something that was sent which a client acts upon in another way than upon "no". */
const REFUSALS: Readonly<Partial<Record<ProviderErrorKind, ProblemCode>>> = {
  NOT_FOUND: CODES.NOT_FOUND,
  WRONG_STATE: CODES.WRONG_STATE,
  QUOTA_EXCEEDED: CODES.QUOTA_EXCEEDED,
  PERMISSION_DENIED: CODES.PERMISSION_DENIED,
};

/** The problem's code for an upstream's answer to a read, … */
export function problemCodeOf(kind: ProviderErrorKind): ProblemCode {
  return CODES[kind];
}

/** … and for its refusal of a state-changing request. */
export function refusalCodeOf(kind: ProviderErrorKind): ProblemCode {
  return REFUSALS[kind] ?? 'upstream-refused';
}

export function providerProblem(error: ProviderError, provider: Provider): Problem {
  // Only the driver's own judgement is about the client's fields: it names them, an upstream does not.
  const aboutRequest = error.kind === 'INVALID_ARGUMENT' && isOurs(error);
  return problem(aboutRequest ? 'invalid-request' : problemCodeOf(error.kind), error.message, {
    ...(error.pointer === null ? {} : { errors: [{ pointer: error.pointer, detail: error.message }] }),
    ...upstreamPart(error, provider),
  });
}

/** A refusal of something that was sent: always the upstream's, with its words. */
export function refusalProblem(error: ProviderError, provider: Provider): Problem {
  return problem(refusalCodeOf(error.kind), error.message, upstreamPart(error, provider));
}

function upstreamPart(error: ProviderError, provider: Provider): Partial<Problem> {
  return {
    retryable: error.again === 'LATER',
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
