import type { UpstreamCall, UpstreamRef } from '../../../domain/action-command.js';
import type { Clock } from '../../../platform/clock.js';
import type {
  UpstreamHttp,
  UpstreamRequest,
  UpstreamResponse,
} from '../../../platform/http/upstream-http.js';
import type { SendGate } from '../../provider-driver.js';
import { ProviderError } from '../../provider-error.js';
import { readUpstream, submitUpstream } from '../../upstream-exchange.js';
import { failureOf, refusalOf } from './srm.errors.js';

/** The limiter's windows are fixed ones of a minute (1.7). */
const WINDOW_MS = 60_000;

/** HTTP to one appliance; knows when the limiter's window, as far as it can be seen from here, ends. */
export class SrmUpstream {
  private windowStart: number | null = null;
  /** A read that met the limiter; until its time has passed, the others are spared (1.7). */
  private limited: { until: number; failure: ProviderError } | null = null;

  constructor(
    private readonly http: UpstreamHttp,
    private readonly clock: Clock,
    private readonly submitTimeoutMs: number,
  ) {}

  async read(request: UpstreamRequest): Promise<UpstreamResponse> {
    const now = this.clock.monotonic();
    // A session is ended all the same: there is no later time for it.
    if (this.limited !== null && now < this.limited.until && request.method !== 'DELETE') {
      throw stillLimited(this.limited.failure, this.limited.until - now);
    }
    this.countRequest();
    const response = await readUpstream(this.http, request);
    if (response.status === 429) {
      const failure = this.failure(response);
      this.limited = { until: this.clock.monotonic() + (failure.retryAfterMs ?? WINDOW_MS), failure };
    }
    return response;
  }

  submit(
    call: UpstreamCall,
    gate: SendGate,
    headers: Readonly<Record<string, string>>,
    accepted: (response: UpstreamResponse) => UpstreamRef | null,
  ): Promise<UpstreamRef> {
    this.countRequest();
    return submitUpstream(this.http, call, gate, {
      headers,
      accepted,
      refusal: (response) => refusalOf(response, this.restOfWindowMs()),
      words: (response) => this.failure(response).upstream,
      timeoutMs: this.submitTimeoutMs,
    });
  }

  failure(response: UpstreamResponse): ProviderError {
    return failureOf(response, this.restOfWindowMs());
  }

  close(): Promise<void> {
    return this.http.close();
  }

  private countRequest(): void {
    const now = this.clock.monotonic();
    if (this.windowStart === null || now - this.windowStart >= WINDOW_MS) this.windowStart = now;
  }

  private restOfWindowMs(): number {
    const began = this.windowStart ?? this.clock.monotonic();
    return Math.max(1000, Math.ceil(WINDOW_MS - (this.clock.monotonic() - began)));
  }
}

function stillLimited(
  { kind, message, retry, upstream }: ProviderError,
  retryAfterMs: number,
): ProviderError {
  return new ProviderError(kind, message, { retry, upstream, retryAfterMs });
}
