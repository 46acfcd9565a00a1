import { context, SpanKind, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { inLogContext, type LogFields } from '../../platform/log/log-context.js';
import { startSpan } from '../../platform/tracing/spans.js';
import { contextOf, spanContextOf, traceparentNow } from '../../platform/tracing/trace-context.js';

interface RequestContext {
  trace: Context;
  fields: LogFields;
  span: Span;
}

/** What is asked all day long, by machines. */
const UNTRACED = /^\/(livez|readyz|metrics)\b/;

/**
 * Has everything that is done for a request know whose it is: log lines name the request and its trace, and a span is around
 * it, which goes on from the `traceparent` that came with it.
 */
export function tellRequests(fastify: FastifyInstance): void {
  const known = new WeakMap<FastifyRequest, RequestContext>();

  fastify.addHook('onRequest', (request, _reply, done) => {
    const own = contextOfRequest(request);
    known.set(request, own);
    within(own, done);
  });
  // A body is read in another asynchronous context, that of its connection.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const own = known.get(request);
    if (own) within(own, done);
    else done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    end(request, reply.statusCode);
    done();
  });
  fastify.addHook('onRequestAbort', (request, done) => {
    end(request, null);
    done();
  });

  function end(request: FastifyRequest, status: number | null): void {
    const own = known.get(request);
    if (!own) return;
    known.delete(request);
    if (status === null) own.span.setAttribute('error.type', 'ABORTED');
    else own.span.setAttribute('http.response.status_code', status);
    if (status !== null && status >= 500) own.span.setStatus({ code: SpanStatusCode.ERROR });
    own.span.end();
  }
}

/** What an operation that is asked for here goes on from: our own span, or else what came with the request; null = nothing. */
export function traceparentOf(request: FastifyRequest): string | null {
  const given = givenTraceparent(request);
  return traceparentNow() ?? (spanContextOf(given) ? (given ?? null) : null);
}

function contextOfRequest(request: FastifyRequest): RequestContext {
  const given = givenTraceparent(request);
  const route = request.routeOptions.url;
  const parent = contextOf(given);
  const span = UNTRACED.test(request.url)
    ? trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 })
    : startSpan(
        route === undefined ? request.method : `${request.method} ${route}`,
        {
          kind: SpanKind.SERVER,
          attributes: {
            'http.request.method': request.method,
            'url.path': request.url.split('?')[0] ?? '',
            ...(route !== undefined && { 'http.route': route }),
            'dr_gateway.request_id': request.id,
          },
        },
        parent,
      );
  const traceId = span.isRecording() ? span.spanContext().traceId : spanContextOf(given)?.traceId;
  return {
    trace: trace.setSpan(parent, span),
    fields: { requestId: request.id, ...(traceId && { traceId }) },
    span,
  };
}

function givenTraceparent({ headers }: FastifyRequest): string | undefined {
  const { traceparent } = headers;
  return Array.isArray(traceparent) ? traceparent[0] : traceparent;
}

function within(own: RequestContext, work: () => void): void {
  inLogContext(own.fields, () => context.with(own.trace, work));
}
