import type { UpstreamCall, UpstreamRef } from '../../domain/action-command.js';
import type { Clock } from '../../platform/clock.js';
import type { UpstreamHttp, UpstreamRequest, UpstreamResponse } from '../../platform/http/upstream-http.js';
import type { SendGate } from '../provider-driver.js';
import { ProviderError } from '../provider-error.js';
import { readUpstream, submitUpstream } from '../upstream-exchange.js';
import { failureOf, refusalOf } from './srm.errors.js';

/** The limiter's windows are fixed ones of a minute (1.7). */
const WINDOW_MS = 60_000;

/** HTTP to one appliance; knows when the limiter's window, as far as it can be seen from here, ends. */
export class SrmUpstream {
  private windowStart: number | null = null;

  constructor(
    private readonly http: UpstreamHttp,
    private readonly clock: Clock,
    private readonly submitTimeoutMs: number,
  ) {}

  read(request: UpstreamRequest): Promise<UpstreamResponse> {
    this.countRequest();
    return readUpstream(this.http, request);
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
