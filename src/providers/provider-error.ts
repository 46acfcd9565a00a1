/** What went wrong between the gateway and an upstream: what kind it is × whether trying again can help. */
export const PROVIDER_ERROR_KINDS = [
  'NOT_FOUND',
  'INVALID_ARGUMENT',
  /** The resource is not in a state that allows it. */
  'WRONG_STATE',
  /** Something else stands in the way: in use, already exists, locked. */
  'CONFLICT',
  'QUOTA_EXCEEDED',
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'RATE_LIMITED',
  /** Refused connection, DNS, TLS, 502, 503. */
  'UNAVAILABLE',
  'TIMEOUT',
  'UNSUPPORTED',
  /** An answer that is not what the upstream's document promises. */
  'BAD_ANSWER',
  /** The upstream says it failed. */
  'UPSTREAM_FAULT',
] as const;
export type ProviderErrorKind = (typeof PROVIDER_ERROR_KINDS)[number];

export type Retry = 'PERMANENT' | 'TEMPORARY';

/** The upstream's own words. Never holds a credential. */
export interface UpstreamWords {
  status: number | null;
  code: string | null;
  message: string | null;
  /** The upstream's id for the exchange, for its support. */
  requestId: string | null;
}

/**
 * What is known about a state-changing request that did not end in an acceptance.
 * - `NOT_SENT`: not a byte of it left; it may be tried again.
 * - `REFUSED`: the upstream said no in its documented form; it did not start.
 * - `AMBIGUOUS`: everything else. It may be running. Never send it again.
 */
export type Delivery = 'NOT_SENT' | 'REFUSED' | 'AMBIGUOUS';

/** The only error a driver throws. */
export class ProviderError extends Error {
  readonly retry: Retry;
  readonly upstream: UpstreamWords;
  /** Set on errors of state-changing calls only. */
  readonly delivery: Delivery | null;
  /** When the upstream said how long to wait. */
  readonly retryAfterMs: number | null;
  /** Which field of the client's request it is about: a JSON pointer into the body. */
  readonly pointer: string | null;

  constructor(
    readonly kind: ProviderErrorKind,
    message: string,
    options: {
      retry?: Retry;
      upstream?: Partial<UpstreamWords>;
      delivery?: Delivery;
      retryAfterMs?: number;
      pointer?: string;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ProviderError';
    this.retry = options.retry ?? 'PERMANENT';
    this.upstream = { status: null, code: null, message: null, requestId: null, ...options.upstream };
    this.delivery = options.delivery ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.pointer = options.pointer ?? null;
  }

  /** The same error, now known to belong to a state-changing call. */
  withDelivery(delivery: Delivery): ProviderError {
    return new ProviderError(this.kind, this.message, {
      retry: this.retry,
      upstream: this.upstream,
      delivery,
      ...(this.retryAfterMs === null ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.pointer === null ? {} : { pointer: this.pointer }),
      cause: this.cause,
    });
  }
}
