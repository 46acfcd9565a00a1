import type { UpstreamResponse } from '../../../../src/platform/http/upstream-http.js';
import {
  ASKED_AGAIN_BY,
  ProviderError,
  type Asker,
  type ProviderErrorKind,
} from '../../../../src/providers/provider-error.js';
import { fieldsOf } from './tidewater.wire.js';

type Row = readonly [kind: ProviderErrorKind, askedAgainBy: Asker];

/** Section 2. */
const CODES: Readonly<Record<string, Row>> = {
  BAD_WORD: ['INVALID_ARGUMENT', 'NOBODY'],
  NOT_ABOARD: ['UNAUTHENTICATED', 'NOBODY'],
  NO_SUCH_GROUP: ['NOT_FOUND', 'NOBODY'],
  WRONG_PHASE: ['WRONG_STATE', 'NOBODY'],
  TITLE_TAKEN: ['CONFLICT', 'NOBODY'],
  TOO_MANY_CALLS: ['RATE_LIMITED', 'GATEWAY'],
  LEAK: ['UPSTREAM_FAULT', 'GATEWAY'],
};

export interface VendorWords {
  code: string;
  text: string;
}

/** null = not an error in the documented form: a proxy's page, nothing, a regular answer. */
export function vendorWords({ json }: Pick<UpstreamResponse, 'json'>): VendorWords | null {
  const error = fieldsOf(fieldsOf(json)?.error);
  return typeof error?.code === 'string' && typeof error.text === 'string'
    ? { code: error.code, text: error.text }
    : null;
}

/** What an answer that is not the documented success means. */
export function tidewaterError(response: UpstreamResponse): ProviderError {
  const words = vendorWords(response);
  const [kind, askedAgainBy] = rowOf(response.status, words);
  const seconds = Number(response.headers['retry-after'] ?? NaN);
  return new ProviderError(
    kind,
    words
      ? `Tidewater answered with ${words.code}: ${words.text}`
      : `Tidewater answered with status ${response.status}.`,
    {
      ...ASKED_AGAIN_BY[askedAgainBy],
      upstream: { status: response.status, code: words?.code ?? null, message: words?.text ?? null },
      retryAfterMs: Number.isInteger(seconds) ? seconds * 1000 : null,
    },
  );
}

/** An answer that says that it is good, and cannot be used. */
export function badAnswer({ status }: UpstreamResponse, what: string): ProviderError {
  return new ProviderError('BAD_ANSWER', `Tidewater gave an answer that cannot be used: ${what}.`, {
    retry: 'TEMPORARY',
    upstream: { status },
  });
}

/** What is not in the vendor's words came from something in between, and says nothing about a group. */
function rowOf(status: number, words: VendorWords | null): Row {
  const row = words && CODES[words.code];
  if (row) return row;
  if (status === 429) return ['RATE_LIMITED', 'GATEWAY'];
  return status > 500 ? ['UNAVAILABLE', 'GATEWAY'] : ['BAD_ANSWER', 'GATEWAY'];
}
