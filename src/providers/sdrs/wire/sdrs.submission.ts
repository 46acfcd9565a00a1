import type { UpstreamCall, UpstreamRef } from '../../../domain/action-command.js';
import type { UpstreamHttp } from '../../../platform/http/upstream-http.js';
import type { SendGate } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import type { RequestBudget } from '../../request-budget.js';
import { submitUpstream, type SubmissionDialect } from '../../upstream-exchange.js';
import { acceptance } from './sdrs.acceptance.js';
import { sdrsError, vendorWords } from './sdrs.errors.js';
import type { Admission, SdrsSession } from '../access/sdrs.session.js';

/** The one state-changing request of a call. The log-in comes first: what fails there, was not sent. */
export async function submitCall(
  http: UpstreamHttp,
  session: SdrsSession,
  call: UpstreamCall,
  gate: SendGate,
  options: { signal: AbortSignal; timeoutMs: number; budget?: RequestBudget },
): Promise<UpstreamRef> {
  let admission: Admission;
  try {
    const { method, path, body } = call;
    admission = await session.admit({ method, path, body }, options.signal);
  } catch (error) {
    if (error instanceof ProviderError) throw error.withDelivery('NOT_SENT');
    throw new ProviderError('UNAVAILABLE', 'The request could not be made ready for SDRS.', {
      delivery: 'NOT_SENT',
      cause: error,
    });
  }
  try {
    const dialect: SubmissionDialect = {
      headers: { ...admission.headers, 'x-language': 'en-us' },
      timeoutMs: options.timeoutMs,
      words: (response) => sdrsError(response).upstream,
      accepted: (response) => {
        admission.turnedAway(response);
        return acceptance(call, response);
      },
      // A dead token that is told as 500 (section 1.4) is never asked here: after a 5xx nothing is sent again.
      refusal: (response) => {
        const turnedAway = admission.turnedAway(response);
        return vendorWords(response.json) ? (turnedAway?.error ?? sdrsError(response)) : null;
      },
    };
    return await submitUpstream(http, call, gate, dialect, options.budget);
  } finally {
    admission.release();
  }
}
