import {
  context,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
} from '@opentelemetry/api';

/** Does nothing, and costs next to nothing, unless tracing was started (`start-tracing.ts`). */
const tracer = trace.getTracer('dr-gateway');

export function startSpan(name: string, options: SpanOptions = {}, within: Context = context.active()): Span {
  return tracer.startSpan(name, options, within);
}

/** A span around some work: what is done in the course of it belongs to it. An error that the work throws is told. */
export async function inSpan<T>(
  name: string,
  { within = context.active(), ...options }: SpanOptions & { within?: Context },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = startSpan(name, options, within);
  try {
    return await context.with(trace.setSpan(within, span), () => work(span));
  } catch (error) {
    // Its words, not the error: that may carry what was sent.
    span.setStatus({
      code: SpanStatusCode.ERROR,
      message: error instanceof Error ? error.message : 'unknown',
    });
    throw error;
  } finally {
    span.end();
  }
}

/** A span that is over already, such as a wait. @param from @param to milliseconds since the epoch */
export function pastSpan(
  name: string,
  { from, to, within, ...options }: SpanOptions & { from: number; to: number; within: Context },
): void {
  startSpan(name, { ...options, startTime: from }, within).end(Math.max(from, to));
}

/** Without what is not known. */
export function known(attributes: Record<string, string | number | null | undefined>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value != null)) as Attributes;
}
