import type { UpstreamResponse } from '../../../platform/http/upstream-http.js';
import { shownText } from '../../../domain/shown-text.js';
import { ASKED_AGAIN_BY, ProviderError } from '../../provider-error.js';
import { SRM_FAULTS, STRANGE, verdictOfStatus, type SrmFault, type SrmVerdict } from './srm.error-table.js';
import { textOf, type WireTask } from './srm.wire.js';

/** A name is looked for in the code first, then in the texts: the code speaks of the fault itself. */
function faultIn(...texts: (string | null)[]): SrmFault | null {
  for (const text of texts) {
    const lower = text?.toLowerCase() ?? '';
    const fault = SRM_FAULTS.find(({ name }) => lower.includes(name.toLowerCase()));
    if (fault) return fault;
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

/** Answers whose meaning a fault's name may settle; of the others the status says enough (6.2). */
const OPEN_STATUSES = [400, 409];

/**
 * The error behind an answer that is not what was asked for.
 * @param restOfWindowMs what to wait after a 429 that does not say how long.
 */
export function failureOf(response: UpstreamResponse, restOfWindowMs: number): ProviderError {
  const words = vendorWordsOf(response.json);
  const verdict = verdictOf(response, words);
  const fault = OPEN_STATUSES.includes(response.status)
    ? faultIn(words?.code ?? null, words?.message ?? null)
    : null;
  const { kind, askedAgainBy } = fault ?? verdict;
  const { retry, again } = ASKED_AGAIN_BY[askedAgainBy];
  const said = words?.message ?? words?.code ?? null;
  const waits = kind === 'RATE_LIMITED' || response.headers['retry-after'] !== undefined;
  return new ProviderError(kind, said === null ? `${verdict.says}.` : `${verdict.says}: ${said}`, {
    retry,
    again,
    upstream: {
      status: response.status,
      code: words?.code ?? null,
      message: words?.message ?? null,
      requestId: words?.opId ?? null,
    },
    ...(waits && retry === 'TEMPORARY' ? { retryAfterMs: retryAfterMsOf(response) ?? restOfWindowMs } : {}),
  });
}

/** These never come without a `ResponseError` (6.1). */
const WORDED_STATUSES = [400, 403, 405, 409, 422];

function verdictOf(response: UpstreamResponse, words: VendorWords | null): SrmVerdict {
  // A page of HTML with 401 or 404 comes from something in between, and says nothing about a plan.
  const page = response.text.trimStart().startsWith('<');
  const strange = page ? response.status < 500 : WORDED_STATUSES.includes(response.status);
  return words === null && strange ? STRANGE : verdictOfStatus(response.status);
}

const LONGEST_WAIT_MS = 60 * 60_000;

/** Seconds, or a date by the appliance's own clock. */
function retryAfterMsOf({ headers }: UpstreamResponse): number | null {
  const header = headers['retry-after']?.trim() ?? '';
  const ms = /^\d+$/.test(header)
    ? Number(header) * 1000
    : Date.parse(header) - Date.parse(headers.date ?? '');
  return Number.isFinite(ms) ? Math.min(LONGEST_WAIT_MS, Math.max(0, ms)) : null;
}

/**
 * The refusal of a state-changing request, provided that it has the documented form: `ResponseError`, or
 * no body at all for 401, 404 and 429 (6.1). A fault's name is only a hint (6.2), and nothing is sent again for one.
 */
export function refusalOf(response: UpstreamResponse, restOfWindowMs: number): ProviderError | null {
  const bodiless = [401, 404, 429].includes(response.status) && response.text.trim() === '';
  if (!bodiless && vendorWordsOf(response.json) === null) return null;
  const failure = failureOf(response, restOfWindowMs);
  return OPEN_STATUSES.includes(response.status) ? failure.onlyByHand() : failure;
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
      : (message ?? details ?? '');
  return { code: faultIn(message, details)?.name ?? null, message: shownText(text) };
}
