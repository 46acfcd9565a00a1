import { shownText } from '../../../domain/shown-text.js';
import type { UpstreamResponse } from '../../../platform/http/upstream-http.js';
import { ASKED_AGAIN_BY, ProviderError, type ProviderErrorKind } from '../../provider-error.js';
import { isGatewayCode, verdictOfCode, verdictOfStatus, type Verdict } from './sdrs.error-codes.js';
import { recordOf, textOf } from './sdrs.fields.js';

/** The vendor's words in an error of any of its shapes (section 6.1). */
export interface VendorWords {
  code: string;
  message: string | null;
  requestId: string | null;
  /** The name of the object that held them: `error`, `badrequest`, `itemNotFound`; null at top level. */
  wrapper: string | null;
}

const SPELLINGS = [
  ['error_code', 'error_msg'],
  ['errorCode', 'errorMsg'],
  ['code', 'message'],
] as const;

/** null = not an error in a form of the vendor's: an empty body, a proxy's page, a regular answer. */
export function vendorWords(json: unknown): VendorWords | null {
  return wordsIn(json, null, 0);
}

function wordsIn(json: unknown, wrapper: string | null, depth: number): VendorWords | null {
  const body = recordOf(json);
  if (!body || depth > 2) return null;
  for (const [codeName, messageName] of SPELLINGS) {
    const code = textOf(body[codeName]);
    if (code !== null && messageName in body) {
      return { code, message: textOf(body[messageName]), requestId: textOf(body.request_id), wrapper };
    }
  }
  for (const [name, inner] of Object.entries(body)) {
    const words = wordsIn(inner, name, depth + 1);
    if (words) return words;
  }
  return null;
}

/** What an answer that is not the documented success means. By code first, HTTP status second. */
export function sdrsError(response: UpstreamResponse): ProviderError {
  const words = vendorWords(response.json);
  const { kind, retry, again } = verdictOf(response, words);
  const message = words ? safeMessage(kind === 'UNAUTHENTICATED', words.message) : null;
  return new ProviderError(kind, sentence(response.status, words?.code ?? null, message), {
    retry,
    again,
    upstream: {
      status: response.status,
      code: words?.code ?? null,
      message,
      requestId: response.headers['x-request-id'] ?? words?.requestId ?? null,
    },
    ...retryAfter(response),
  });
}

export function badAnswer(response: UpstreamResponse, what: string): ProviderError {
  return new ProviderError('BAD_ANSWER', `SDRS gave an answer that cannot be used: ${what}.`, {
    retry: 'TEMPORARY',
    upstream: { status: response.status, requestId: response.headers['x-request-id'] ?? null },
  });
}

/** One of the five ways in which "your token is no good" reaches a client (section 1.4). */
export function speaksOfToken(response: UpstreamResponse): boolean {
  if (response.status === 401) return true;
  if (response.status < 400) return false;
  const words = vendorWords(response.json);
  if (!words) return false;
  const verdict = verdictOfCode(words.code);
  if (verdict) return verdict.kind === 'UNAUTHENTICATED' && verdict.retry === 'TEMPORARY';
  // The only place where a text decides: IAM's own shape has no code but the status. It names a header.
  return words.code === '403' && /x-auth-token/i.test(words.message ?? '');
}

/**
 * The upstream does not know the job (section 9: 404, or 400 or 500 with a code of its own). No source
 * names that code, and the id is the service's own, so a 400 of the service can mean nothing else: unless
 * it speaks of who asks, or of a fault.
 */
export function speaksOfUnknownJob(response: UpstreamResponse): boolean {
  const words = vendorWords(response.json);
  if (words?.code === 'SDRS.0408') return true;
  if (response.status === 400) {
    return words !== null && isServicesOwn(words) && !OTHER_TROUBLE.includes(verdictOf(response, words).kind);
  }
  if (response.status !== 404) return false;
  return words ? !isGatewayCode(words.code) : response.text.trim() === '';
}

const OTHER_TROUBLE: readonly ProviderErrorKind[] = [
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'UPSTREAM_FAULT',
];

/** By its code, or by one of the wrappers that the documents show. */
function isServicesOwn({ code, wrapper }: VendorWords): boolean {
  if (isGatewayCode(code)) return false;
  return code.startsWith('SDRS.') || ['itemnotfound', 'badrequest'].includes(wrapper?.toLowerCase() ?? '');
}

function verdictOf(response: UpstreamResponse, words: VendorWords | null): Verdict {
  if (words) {
    if (speaksOfToken(response)) return { kind: 'UNAUTHENTICATED', ...ASKED_AGAIN_BY.GATEWAY };
    return verdictOfCode(words.code) ?? verdictOfStatus(response.status);
  }
  // A refusal that is not in the vendor's words came from something in between: a proxy's 404 says
  // nothing about a resource, its 403 nothing about the user.
  const verdict = verdictOfStatus(response.status);
  return verdict.retry === 'TEMPORARY' ? verdict : { kind: 'BAD_ANSWER', ...ASKED_AGAIN_BY.GATEWAY };
}

function sentence(status: number, code: string | null, message: string | null): string {
  const name = code ?? `status ${status}`;
  return message === null ? `SDRS answered with ${name}.` : `SDRS answered with ${name}: ${message}`;
}

/** What lies beyond is never shown. */
const LOOKED_AT = 3_000;

/** Tails that were seen on a refused log-in (section 1.4) and tell a person what to look at, without their values. */
const LOGIN_TAILS: readonly (readonly [seen: RegExp, told: string])[] = [
  [/decrypt token fail/i, 'decrypt token fail'],
  [/x-auth-token not found/i, 'x-auth-token not found'],
  [/token expires/i, 'token expires'],
  [/verify aksk signature fail/i, 'verify aksk signature fail'],
  [/get secretkey failed/i, 'Get secretKey failed'],
  [/\bak\b.*not exist/i, 'ak does not exist'],
];

/**
 * What the gateway says about a log-in is cut at its first colon, for the tail can echo the request with its
 * headers (section 1.4): of the tail only what is known to be harmless is told. Elsewhere the echo alone is cut off.
 */
function safeMessage(speaksOfLogin: boolean, message: string | null): string | null {
  if (message === null) return null;
  const [beforeEcho = ''] = message.slice(0, LOOKED_AT).split(/[,;:\s]*canonical[\s_-]*request/i);
  if (!speaksOfLogin) return shownText(beforeEcho);
  const [head = '', ...rest] = beforeEcho.split(':');
  const known = LOGIN_TAILS.find(([seen]) => seen.test(rest.join(':')));
  return shownText(known === undefined ? head : `${head}: ${known[1]}`);
}

/** Not documented, but honoured where a gateway sends it: whole seconds. */
function retryAfter(response: UpstreamResponse): { retryAfterMs?: number } {
  const seconds = response.headers['retry-after'];
  return seconds !== undefined && /^\d{1,5}$/.test(seconds) ? { retryAfterMs: Number(seconds) * 1000 } : {};
}

/** For reads where absence is an answer. */
export async function absentAsNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'NOT_FOUND') return null;
    throw error;
  }
}
