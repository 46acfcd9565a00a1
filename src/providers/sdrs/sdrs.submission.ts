import type { UpstreamCall, UpstreamRef } from '../../domain/action-command.js';
import type { UpstreamHttp, UpstreamResponse } from '../../platform/http/upstream-http.js';
import type { SendGate } from '../provider-driver.js';
import { ProviderError } from '../provider-error.js';
import { submitUpstream } from '../upstream-exchange.js';
import { sdrsError, speaksOfToken, vendorWords } from './sdrs.errors.js';
import { recordOf, textOf } from './sdrs.fields.js';
import type { SdrsSession } from './sdrs.session.js';

/** The one state-changing request of a call. The log-in comes first: what fails there, was not sent. */
export async function submitCall(
  http: UpstreamHttp,
  session: SdrsSession,
  call: UpstreamCall,
  gate: SendGate,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<UpstreamRef> {
  let headers: Readonly<Record<string, string>>;
  try {
    const { method, path, body } = call;
    headers = await session.headers({ method, path, body }, options.signal);
  } catch (error) {
    throw error instanceof ProviderError ? error.withDelivery('NOT_SENT') : error;
  }
  return submitUpstream(http, call, gate, {
    headers: { ...headers, 'x-language': 'en-us' },
    timeoutMs: options.timeoutMs,
    accepted: (response) => accepted(call, response),
    refusal: (response) => {
      if (speaksOfToken(response)) session.forget(headers);
      return refusal(response);
    },
  });
}

/** 200 with a `job_id`, never 202 (section 2); a rename answers with the group, or with nothing. */
function accepted(call: UpstreamCall, response: UpstreamResponse): UpstreamRef | null {
  const body = recordOf(response.json);
  if (call.method === 'PUT') {
    const done = response.status === 204 || recordOf(body?.server_group) !== null;
    return done ? { jobIds: [] } : null;
  }
  // "200 with an error body" exists; such an answer accepts nothing, whatever else it holds.
  if (vendorWords(response.json)) return null;
  const jobId = body && textOf(body.job_id);
  return jobId ? { jobIds: [jobId] } : null;
}

/**
 * A refusal in the vendor's words. Only those that speak of a token or a rate may be tried again by themselves:
 * to send a failover again because a disk was locked a minute ago is for a person to decide. A dead token that
 * is told as 500 (section 1.4) is never asked here: after a 5xx nothing is sent again, whatever its words.
 */
function refusal(response: UpstreamResponse): ProviderError | null {
  if (!vendorWords(response.json)) return null;
  const error = sdrsError(response);
  if (error.retry === 'PERMANENT' || error.kind === 'UNAUTHENTICATED' || error.kind === 'RATE_LIMITED') {
    return error;
  }
  return new ProviderError(error.kind, error.message, { retry: 'PERMANENT', upstream: error.upstream });
}
