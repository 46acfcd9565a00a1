import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
  type Context,
  type SpanContext,
} from '@opentelemetry/api';

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The place in a trace that a W3C `traceparent` names; null = it names none. */
export function spanContextOf(traceparent: string | null | undefined): SpanContext | null {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const found = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(found) ? found : null;
}

/** What was begun there goes on in it. */
export function contextOf(traceparent: string | null | undefined): Context {
  const parent = spanContextOf(traceparent);
  return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

/** Of the span that is under way here; null = none is, or nothing is traced. */
export function traceparentNow(): string | null {
  const now = trace.getSpanContext(context.active());
  if (!now || !isSpanContextValid(now)) return null;
  return `00-${now.traceId}-${now.spanId}-${(now.traceFlags & 1).toString(16).padStart(2, '0')}`;
}
