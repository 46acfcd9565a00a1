import { trace } from '@opentelemetry/api';
import { contextOf, spanContextOf, traceparentNow } from '../../../src/platform/tracing/trace-context.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('a traceparent', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`, 1],
    [`00-${TRACE}-${SPAN}-00`, 0],
    [`00-${TRACE}-${SPAN}-03`, 1],
    // A later version may say more.
    [`cc-${TRACE}-${SPAN}-01-what-the-future-brings`, 1],
  ])('%s names a place', (traceparent, traceFlags) => {
    expect(spanContextOf(traceparent)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags, isRemote: true });
    expect(trace.getSpanContext(contextOf(traceparent))).toMatchObject({ traceId: TRACE, spanId: SPAN });
  });

  it.each([
    undefined,
    null,
    '',
    'nonsense',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01\n`,
  ])('%j names none', (traceparent) => {
    expect(spanContextOf(traceparent)).toBeNull();
    expect(trace.getSpanContext(contextOf(traceparent))).toBeUndefined();
  });

  it('is nobody here while nothing is traced', () => {
    expect(traceparentNow()).toBeNull();
  });
});
