import type { UpstreamResponse } from '../../platform/http/upstream-http.js';
import { ProviderError, type ProviderErrorKind, type Retry } from '../provider-error.js';
import { textOf, type WireTask } from './srm.wire.js';

interface Verdict {
  kind: ProviderErrorKind;
  retry: Retry;
  says: string;
}

/** By status (6.2). Only 400, 401, 403, 404 and 500 are documented; 429 is the limiter's (1.7, inferred). */
const BY_STATUS: Readonly<Record<number, Verdict>> = {
  400: { kind: 'INVALID_ARGUMENT', retry: 'PERMANENT', says: 'SRM does not take the request' },
  401: { kind: 'UNAUTHENTICATED', retry: 'TEMPORARY', says: 'SRM does not know the session (any more)' },
  403: { kind: 'PERMISSION_DENIED', retry: 'PERMANENT', says: 'SRM does not let the user do this' },
  404: { kind: 'NOT_FOUND', retry: 'PERMANENT', says: 'SRM knows no such thing' },
  408: { kind: 'TIMEOUT', retry: 'TEMPORARY', says: 'SRM gave up waiting' },
  409: { kind: 'CONFLICT', retry: 'PERMANENT', says: 'SRM says that something stands in the way' },
  422: { kind: 'INVALID_ARGUMENT', retry: 'PERMANENT', says: 'SRM does not take the request' },
  429: { kind: 'RATE_LIMITED', retry: 'TEMPORARY', says: 'SRM has had too many requests' },
  502: {
    kind: 'UNAVAILABLE',
    retry: 'TEMPORARY',
    says: 'The SRM server cannot be reached behind its gateway',
  },
  503: { kind: 'UNAVAILABLE', retry: 'TEMPORARY', says: 'The SRM server is not available' },
  504: { kind: 'TIMEOUT', retry: 'TEMPORARY', says: 'The SRM server did not answer its gateway in time' },
};
const SERVER_FAULT: Verdict = { kind: 'UPSTREAM_FAULT', retry: 'TEMPORARY', says: 'SRM failed' };
const STRANGE: Verdict = {
  kind: 'BAD_ANSWER',
  retry: 'TEMPORARY',
  says: 'What answers is not SRM as documented',
};

/**
 * Fault names of the API beneath, which may appear in any text of an error (6.2). Values of `error_code`
 * are not published, so this is a hint and decides only what a bare 400 or 409 leaves open.
 */
const BY_FAULT_NAME: readonly (readonly [ProviderErrorKind, readonly string[]])[] = [
  ['UNAUTHENTICATED', ['NotAuthenticated']],
  ['PERMISSION_DENIED', ['NoPermission']],
  ['QUOTA_EXCEEDED', ['ConnectionLimitReached']],
  ['WRONG_STATE', ['GroupStateMissmatch', 'GroupStateMismatch', 'DirectionError', 'ServiceIdle']],
  [
    'CONFLICT',
    [
      'AlreadyExists',
      'DuplicateName',
      'AlreadyPairedFault',
      'AlreadyLoggedInFault',
      'ArrayManagerInUse',
      'ArrayPairInUse',
      'CannotUnprotectDatastoreInUse',
      'DatastoreAlreadyProtected',
      'GroupProtectionOverlapped',
      'RecoveryPlanLocked',
      'VersionConflict',
    ],
  ],
  [
    'NOT_FOUND',
    [
      'ProtectionGroupNotFound',
      'ArrayNotFound',
      'ArrayPairNotFound',
      'DomainNotFound',
      'DomainPeerNotFound',
      'DomainReplicationGroupNotFound',
      'DomainDatastoreNotFound',
      'DomainScNotFound',
    ],
  ],
  [
    'INVALID_ARGUMENT',
    [
      'InvalidArgument',
      'AgentVmNotSupported',
      'CannotMapDvsUplinkPortgroup',
      'CannotProtectFTSecondaryVm',
      'CannotProtectVm',
      'CannotProtectDatastore',
      'ConfigFileNotReplicated',
      'DependencyConflict',
    ],
  ],
  ['UPSTREAM_FAULT', ['ConnectionDownFault', 'CommandFailed', 'RuntimeFault', 'RequestCanceled']],
];

interface FaultName {
  name: string;
  kind: ProviderErrorKind;
}

function faultNameIn(...texts: (string | null)[]): FaultName | null {
  const all = texts.join(' ').toLowerCase();
  for (const [kind, names] of BY_FAULT_NAME) {
    const name = names.find((candidate) => all.includes(candidate.toLowerCase()));
    if (name !== undefined) return { name, kind };
  }
  return null;
}

interface VendorWords {
  code: string | null;
  message: string | null;
  opId: string | null;
}

/** The `ResponseError` in a body; null = the body is none. */
function vendorWordsOf(json: unknown): VendorWords | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  const body = json as Record<string, unknown>;
  const words = { code: textOf(body.error_code), message: textOf(body.message), opId: textOf(body.op_id) };
  return words.code === null && words.message === null && words.opId === null ? null : words;
}

/**
 * The error behind an answer that is not what was asked for.
 * @param restOfWindowMs what to wait after a 429 that does not say how long.
 */
export function failureOf(response: UpstreamResponse, restOfWindowMs: number): ProviderError {
  const words = vendorWordsOf(response.json);
  const verdict = verdictOf(response, words);
  const hint =
    response.status === 400 || response.status === 409
      ? faultNameIn(words?.code ?? null, words?.message ?? null)
      : null;
  const said = words?.message ?? words?.code ?? null;
  const waits = verdict.kind === 'RATE_LIMITED' || response.headers['retry-after'] !== undefined;
  return new ProviderError(
    hint?.kind ?? verdict.kind,
    said === null ? `${verdict.says}.` : `${verdict.says}: ${said}`,
    {
      retry: hint?.kind === 'UNAUTHENTICATED' ? 'TEMPORARY' : verdict.retry,
      upstream: {
        status: response.status,
        code: words?.code ?? null,
        message: words?.message ?? null,
        requestId: words?.opId ?? null,
      },
      ...(waits && verdict.retry === 'TEMPORARY'
        ? { retryAfterMs: retryAfterMsOf(response.headers['retry-after']) ?? restOfWindowMs }
        : {}),
    },
  );
}

function verdictOf(response: UpstreamResponse, words: VendorWords | null): Verdict {
  // A page of HTML with 401 or 404 comes from something in between, and says nothing about a plan.
  const page = words === null && response.text.trimStart().startsWith('<');
  if (page && response.status < 500) return STRANGE;
  return BY_STATUS[response.status] ?? (response.status >= 500 ? SERVER_FAULT : STRANGE);
}

/** Seconds, or a date by the appliance's own clock. */
function retryAfterMsOf(header: string | undefined): number | null {
  if (header === undefined || !/^\d+$/.test(header.trim())) return null;
  return Number(header) * 1000;
}

/**
 * The refusal of a state-changing request, provided that it has the documented form: `ResponseError`, or
 * no body at all for 401, 404 and 429 (6.1).
 */
export function refusalOf(response: UpstreamResponse, restOfWindowMs: number): ProviderError | null {
  const bodiless = [401, 404, 429].includes(response.status) && response.text.trim() === '';
  return bodiless || vendorWordsOf(response.json) !== null ? failureOf(response, restOfWindowMs) : null;
}

/** A 2xx whose content cannot be used. */
export function badAnswer(response: UpstreamResponse, what: string): ProviderError {
  return new ProviderError('BAD_ANSWER', `SRM answered ${what}.`, {
    retry: 'TEMPORARY',
    upstream: { status: response.status },
  });
}

/** The words of a task that ended in ERROR: no code in it, so a fault name in the text stands for one. */
export function taskFailureOf(task: WireTask): { code: string | null; message: string | null } | null {
  const message = textOf(task.error?.message);
  const details = textOf(task.error?.details);
  if (message === null && details === null) return null;
  const text =
    message !== null && details !== null && details !== message
      ? `${message} (${details})`
      : (message ?? details);
  return { code: faultNameIn(message, details)?.name ?? null, message: text };
}
