import type { UpstreamCall, UpstreamRef } from '../domain/action-command.js';
import { TransportError } from '../platform/http/transport-error.js';
import type { UpstreamHttp, UpstreamRequest, UpstreamResponse } from '../platform/http/upstream-http.js';
import { noteSign } from './hearing.js';
import { aheadOfAll, laneNow } from './lanes.js';
import type { SendGate } from './provider-driver.js';
import { ProviderError, type UpstreamWords } from './provider-error.js';
import type { RequestBudget } from './request-budget.js';

/** How one upstream words its answers to a state-changing request. */
export interface SubmissionDialect {
  headers: Readonly<Record<string, string>>;
  /** The reference in an acceptance of the documented form; null = this is not one. */
  accepted(response: UpstreamResponse): UpstreamRef | null;
  /** The refusal in a well-formed vendor error; null = this is not one. Only what it says of a login or a rate is sent again. */
  refusal(response: UpstreamResponse): ProviderError | null;
  /** What the vendor says in an answer of any kind: told when it is ambiguous, and believed by nobody. */
  words?(response: UpstreamResponse): UpstreamWords;
  timeoutMs: number;
}

/**
 * A read; an exchange without an answer becomes a TEMPORARY `ProviderError`.
 * @param budget in which it takes a place first; absent = nobody counts
 */
export async function readUpstream(
  http: UpstreamHttp,
  request: UpstreamRequest,
  budget?: RequestBudget,
): Promise<UpstreamResponse> {
  await budget?.take(request.signal);
  try {
    const response = await http.read(laneNow() === 'EMERGENCY' ? { ...request, isUrgent: true } : request);
    noteSign(response.status >= 500 ? 'SILENCE' : 'ANSWER');
    await budget?.heard(response);
    return response;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    noteSign('SILENCE');
    throw unavailable(error, request.signal?.aborted);
  }
}

/** Answers that say for certain that nothing was begun, provided that they are in the vendor's own form. */
const REFUSALS = new Set([400, 401, 403, 404, 405, 409, 422, 429]);

/**
 * Sends one state-changing request and classifies what comes back (the table of docs/adr/0002):
 * not sent, accepted, refused, or ambiguous. When in doubt it is ambiguous. Its place in the budget is taken before
 * anything else, so that the gate still judges how old the look is.
 */
export async function submitUpstream(
  http: UpstreamHttp,
  call: UpstreamCall,
  gate: SendGate,
  dialect: SubmissionDialect,
  budget?: RequestBudget,
): Promise<UpstreamRef> {
  await placeTaken(budget);
  let response: UpstreamResponse;
  try {
    response = await http.submit(
      { method: call.method, path: call.path, body: call.body, headers: dialect.headers },
      () => gate.open(),
      dialect.timeoutMs,
      () => gate.confirm?.() ?? Promise.resolve(),
    );
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    if (error instanceof TransportError) {
      throw unavailable(error).withDelivery(error.phase === 'CONNECT' ? 'NOT_SENT' : 'AMBIGUOUS');
    }
    throw error;
  }
  await budget?.heard(response);
  if (response.status >= 200 && response.status < 300) {
    const ref = dialect.accepted(response);
    if (ref) return ref;
    throw ambiguous(response, 'accepted the request in a form that names no job', dialect);
  }
  const refusal = REFUSALS.has(response.status) ? dialect.refusal(response) : null;
  if (refusal) throw refusal.asRefusal();
  throw ambiguous(response, `answered with status ${response.status}`, dialect);
}

/** What finds no place is not sent. */
async function placeTaken(budget: RequestBudget | undefined): Promise<void> {
  try {
    await aheadOfAll(() => budget?.take());
  } catch (error) {
    throw error instanceof ProviderError ? error.withDelivery('NOT_SENT') : error;
  }
}

function ambiguous(response: UpstreamResponse, what: string, dialect: SubmissionDialect): ProviderError {
  const { status, headers } = response;
  const words = dialect.words?.(response);
  const upstream = { ...words, status, requestId: words?.requestId ?? headers['x-request-id'] ?? null };
  const said = [upstream.code, upstream.message].filter((word) => word).join(': ');
  return new ProviderError(
    'BAD_ANSWER',
    `The upstream ${what}${said === '' ? '' : ` (${said})`}; whether it began the work is not known.`,
    { retry: 'TEMPORARY', again: 'NEVER', upstream, delivery: 'AMBIGUOUS' },
  );
}

/** @param givenUp whether the caller would wait no longer: then nothing is said of the upstream */
function unavailable(error: TransportError, givenUp = false): ProviderError {
  return error.timedOut || givenUp
    ? new ProviderError('TIMEOUT', 'The upstream did not answer in time.', {
        retry: 'TEMPORARY',
        cause: error,
      })
    : new ProviderError('UNAVAILABLE', `The upstream cannot be reached: ${error.message}.`, {
        retry: 'TEMPORARY',
        cause: error,
      });
}
