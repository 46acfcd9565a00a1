import type { Operation } from '../domain/operation.js';
import { inLogContext } from '../platform/log/log-context.js';
import { inSpan, pastSpan } from '../platform/tracing/spans.js';
import { contextOf, spanContextOf } from '../platform/tracing/trace-context.js';
import type { AroundStep } from './operation-runner.js';

/** Log lines of a step say whose they are, and its trace goes on from the request that asked for the operation. */
export function stepContext(now: () => number): AroundStep {
  return (operation, step) => {
    const { id: operationId, siteId, traceparent } = operation;
    const place = spanContextOf(traceparent);
    return inLogContext({ operationId, siteId, ...(place && { traceId: place.traceId }) }, () => {
      // What was begun by nobody who traces would be a trace of a single step.
      if (!place) return step();
      const within = contextOf(traceparent);
      const attributes = spanAttributes(operation);
      // Heard for the first time: nobody has written anything since it was accepted.
      if (operation.version === 1) {
        const from = Date.parse(operation.createdTime);
        pastSpan('queue wait', { from, to: now(), within, attributes });
      }
      return inSpan('submit', { within, attributes }, step);
    });
  };
}

export function spanAttributes({ id, siteId, provider, action }: Operation): Record<string, string> {
  return {
    'dr_gateway.operation': id,
    'dr_gateway.site': siteId,
    'dr_gateway.provider': provider,
    'dr_gateway.action': action,
  };
}
