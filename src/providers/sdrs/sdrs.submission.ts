import type { UpstreamCall, UpstreamRef } from '../../domain/action-command.js';
import type { UpstreamHttp, UpstreamResponse } from '../../platform/http/upstream-http.js';
import type { SendGate } from '../provider-driver.js';
import { ProviderError } from '../provider-error.js';
import { submitUpstream } from '../upstream-exchange.js';
import { sdrsError, vendorWords } from './sdrs.errors.js';
import { recordOf, textOf } from './sdrs.fields.js';
import type { Admission, SdrsSession } from './sdrs.session.js';

/** The one state-changing request of a call. The log-in comes first: what fails there, was not sent. */
export async function submitCall(
  http: UpstreamHttp,
  session: SdrsSession,
  call: UpstreamCall,
  gate: SendGate,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<UpstreamRef> {
  let admission: Admission;
  try {
    const { method, path, body } = call;
    admission = await session.admit({ method, path, body }, options.signal);
  } catch (error) {
    throw error instanceof ProviderError ? error.withDelivery('NOT_SENT') : error;
  }
  try {
    return await submitUpstream(http, call, gate, {
      headers: { ...admission.headers, 'x-language': 'en-us' },
      timeoutMs: options.timeoutMs,
      accepted: (response) => {
        admission.turnedAway(response);
        return accepted(call, response);
      },
      // A dead token that is told as 500 (section 1.4) is never asked here: after a 5xx nothing is sent again.
      refusal: (response) => {
        const turnedAway = admission.turnedAway(response);
        return vendorWords(response.json) ? (turnedAway?.error ?? sdrsError(response)) : null;
      },
    });
  } finally {
    admission.release();
  }
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
