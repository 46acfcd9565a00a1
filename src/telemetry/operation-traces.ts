import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { isVerdict, type Operation } from '../domain/operation.js';
import { spanAttributes } from '../operations/step-context.js';
import type { WrittenVersions } from '../operations/written-versions.js';
import { known, pastSpan, startSpan } from '../platform/tracing/spans.js';
import { contextOf, spanContextOf } from '../platform/tracing/trace-context.js';

/**
 * The end of an operation's trace: how long its upstream was watched, and the verdict. Made from the record, so that it does not
 * matter who watched; the look that brought the verdict is a trace of its own, and linked.
 */
export function traceVerdicts(written: WrittenVersions): void {
  written.follow(({ operation }) => {
    if (!isVerdict(operation.state) || !spanContextOf(operation.traceparent)) return;
    const within = contextOf(operation.traceparent);
    const look = trace.getSpanContext(context.active());
    const links = look ? [{ context: look }] : [];
    const attributes = spanAttributes(operation);
    const { startedTime } = operation;
    const endedMs = Date.parse(operation.endedTime ?? operation.updatedTime);
    const overMs = Date.parse(operation.jobsOverSince ?? '') || endedMs;
    if (startedTime !== null) {
      pastSpan('watch', { from: Date.parse(startedTime), to: overMs, within, attributes });
    }
    const verdict = startSpan(
      'verdict',
      { startTime: overMs, attributes: { ...attributes, ...endOf(operation) }, links },
      within,
    );
    if (operation.state === 'FAILED') {
      verdict.setStatus({ code: SpanStatusCode.ERROR, message: operation.error?.code ?? '' });
    }
    verdict.end(Math.max(overMs, endedMs));
  });
}

function endOf({ state, outcome, error }: Operation) {
  return known({
    'dr_gateway.state': state,
    'dr_gateway.outcome': outcome,
    'error.type': error?.code,
  });
}
