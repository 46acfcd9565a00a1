import type { UpstreamCall, UpstreamRef } from '../../../domain/action-command.js';
import type {
  UpstreamHttp,
  UpstreamRequest,
  UpstreamResponse,
} from '../../../platform/http/upstream-http.js';
import type { SendGate } from '../../provider-driver.js';
import type { ProviderError } from '../../provider-error.js';
import type { RequestBudget } from '../../request-budget.js';
import { readUpstream, submitUpstream } from '../../upstream-exchange.js';
import { failureOf, refusalOf } from './srm.errors.js';

/** HTTP to one appliance, within the limiter's budget (1.7). */
export class SrmUpstream {
  constructor(
    private readonly http: UpstreamHttp,
    private readonly budget: RequestBudget,
    private readonly submitTimeoutMs: number,
  ) {}

  async read(request: UpstreamRequest): Promise<UpstreamResponse> {
    if (request.method !== 'DELETE') return readUpstream(this.http, request, this.budget);
    // A session is ended all the same: there is no later time for it.
    await this.budget.takeAnyway();
    return readUpstream(this.http, request);
  }

  submit(
    call: UpstreamCall,
    gate: SendGate,
    headers: Readonly<Record<string, string>>,
    accepted: (response: UpstreamResponse) => UpstreamRef | null,
  ): Promise<UpstreamRef> {
    const dialect = {
      headers,
      accepted,
      refusal: (response: UpstreamResponse) => refusalOf(response, this.budget.restOfWindowMs()),
      words: (response: UpstreamResponse) => this.failure(response).upstream,
      timeoutMs: this.submitTimeoutMs,
    };
    return submitUpstream(this.http, call, gate, dialect, this.budget);
  }

  failure(response: UpstreamResponse): ProviderError {
    return failureOf(response, this.budget.restOfWindowMs());
  }

  close(): Promise<void> {
    return this.http.close();
  }
}
