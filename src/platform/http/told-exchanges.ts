import { channel } from 'node:diagnostics_channel';
import { SpanKind, SpanStatusCode, type Span } from '@opentelemetry/api';
import { inSpan, known } from '../tracing/spans.js';
import { TransportError } from './transport-error.js';

/** ANSWERED: with whatever status. NOT_SENT: whoever asked changed their mind before the write. */
export type ExchangeEnd = 'ANSWERED' | 'NO_CONNECTION' | 'NO_ANSWER_IN_TIME' | 'BROKEN' | 'NOT_SENT';

/** One request to an upstream, and what came of it. */
export interface ToldExchange {
  method: string;
  end: ExchangeEnd;
  /** null = there was no answer. */
  status: number | null;
  seconds: number;
}

/**
 * Who measures subscribes (`UpstreamMeasures`): told in the asynchronous context of whoever asked, so that they need not say
 * who they are. A channel of Node's, for upstreams are asked from many places, which know nothing of measures.
 */
export const EXCHANGES = channel('dr-gateway:upstream-exchange');

/** Tells of an exchange when it is over, and has it traced. */
export function told<T extends { status: number }>(
  { method, path }: { method: string; path: string },
  { hostname, port }: URL,
  exchange: () => Promise<T>,
): Promise<T> {
  const attributes = known({
    'http.request.method': method,
    'server.address': hostname,
    'server.port': port === '' ? null : Number(port),
    'url.path': path.split('?')[0],
  });
  return inSpan(method, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    const startedMs = performance.now();
    const tell = (end: ExchangeEnd, status: number | null): void => {
      noted(span, end, status);
      if (!EXCHANGES.hasSubscribers) return;
      const seconds = (performance.now() - startedMs) / 1000;
      EXCHANGES.publish({ method, end, status, seconds } satisfies ToldExchange);
    };
    try {
      const answer = await exchange();
      tell('ANSWERED', answer.status);
      return answer;
    } catch (error) {
      tell(endOf(error), null);
      throw error;
    }
  });
}

function endOf(error: unknown): ExchangeEnd {
  if (!(error instanceof TransportError)) return 'NOT_SENT';
  if (error.phase === 'CONNECT') return 'NO_CONNECTION';
  return error.timedOut ? 'NO_ANSWER_IN_TIME' : 'BROKEN';
}

function noted(span: Span, end: ExchangeEnd, status: number | null): void {
  if (status === null) {
    span.setAttribute('error.type', end);
    return;
  }
  span.setAttribute('http.response.status_code', status);
  if (status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
}
