import { shownText } from '../domain/shown-text.js';

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

/**
 * What the gateway itself may do about it: `TEMPORARY` = a read may be repeated, and a state-changing request that
 * was `NOT_SENT` or `REFUSED` may be sent again. It never speaks of one that is `AMBIGUOUS`.
 */
export type Retry = 'PERMANENT' | 'TEMPORARY';

/** What is told to whoever asked: whether the same request can succeed `LATER` without anybody changing anything. */
export type Again = 'NEVER' | 'LATER';

/**
 * Both at once, as the error tables of the drivers say it: who may ask again. `CLIENT`: a passing matter (a lock, a
 * synchronisation), but whether the action is still wanted when it has passed is not for the gateway to decide.
 */
export type Asker = 'GATEWAY' | 'CLIENT' | 'NOBODY';

export const ASKED_AGAIN_BY: Readonly<Record<Asker, { retry: Retry; again: Again }>> = {
  GATEWAY: { retry: 'TEMPORARY', again: 'LATER' },
  CLIENT: { retry: 'PERMANENT', again: 'LATER' },
  NOBODY: { retry: 'PERMANENT', again: 'NEVER' },
};

/** A row of a driver's error table, for the reference of problems. */
export interface ErrorSignal {
  /** As it is met: codes, a status, a fault's name. */
  signal: string;
  says: string;
  kind: ProviderErrorKind;
  askedAgainBy: Asker;
  /** It may also be the end of a job: then it speaks of work that was begun. */
  endsJobs: boolean;
}

/** The upstream's own words, as `shownText` leaves them: bounded, one line, no credential. */
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

/** Refusals that were made before the request was looked at: only after these is one sent again. */
const BEFORE_ANY_WORK: readonly ProviderErrorKind[] = ['UNAUTHENTICATED', 'RATE_LIMITED'];

const LONGEST_SENTENCE = 600;

interface ProviderErrorOptions {
  retry?: Retry;
  /** Default: `LATER` with TEMPORARY, `NEVER` with PERMANENT. */
  again?: Again;
  upstream?: Partial<UpstreamWords>;
  delivery?: Delivery | null;
  retryAfterMs?: number | null;
  pointer?: string | null;
  heldBack?: boolean;
  cause?: unknown;
}

/** The only error a driver throws. */
export class ProviderError extends Error {
  readonly retry: Retry;
  readonly again: Again;
  readonly upstream: UpstreamWords;
  /** Set on errors of state-changing calls only. */
  readonly delivery: Delivery | null;
  /** When the upstream said how long to wait. */
  readonly retryAfterMs: number | null;
  /** Which field of the client's request it is about: a JSON pointer into the body. */
  readonly pointer: string | null;
  /** Our own budget had no place: the upstream was not asked, and did not ask to be left alone. */
  readonly heldBack: boolean;

  constructor(
    readonly kind: ProviderErrorKind,
    message: string,
    options: ProviderErrorOptions = {},
  ) {
    super(shownText(message, LONGEST_SENTENCE), options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ProviderError';
    this.retry = options.retry ?? 'PERMANENT';
    this.again = options.again ?? (this.retry === 'TEMPORARY' ? 'LATER' : 'NEVER');
    this.upstream = shownWords(options.upstream ?? {});
    this.delivery = options.delivery ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.pointer = options.pointer ?? null;
    this.heldBack = options.heldBack ?? false;
  }

  /** The same error, now known to belong to a state-changing call. After what is AMBIGUOUS nobody asks again. */
  withDelivery(delivery: Delivery): ProviderError {
    return this.changed({ delivery, ...(delivery === 'AMBIGUOUS' ? { again: 'NEVER' } : {}) });
  }

  /** The same error as the refusal of a state-changing call: sent again only if nobody looked at it. */
  asRefusal(): ProviderError {
    const refusal = this.withDelivery('REFUSED');
    return BEFORE_ANY_WORK.includes(this.kind) ? refusal : refusal.onlyByHand();
  }

  /** The same error, after which the gateway does nothing by itself. */
  onlyByHand(): ProviderError {
    return this.changed({ retry: 'PERMANENT' });
  }

  private changed(changes: ProviderErrorOptions): ProviderError {
    return new ProviderError(this.kind, this.message, { ...this, cause: this.cause, ...changes });
  }
}

function shownWords(words: Partial<UpstreamWords>): UpstreamWords {
  const shown = (text: string | null | undefined, longest?: number): string | null =>
    typeof text === 'string' ? shownText(text, longest) : null;
  return {
    status: words.status ?? null,
    code: shown(words.code, 100),
    message: shown(words.message),
    requestId: shown(words.requestId, 100),
  };
}
