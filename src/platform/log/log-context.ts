import { AsyncLocalStorage } from 'node:async_hooks';

/** What every line that is written in the course of some work says beside its own words. */
export interface LogFields {
  requestId?: string;
  operationId?: string;
  siteId?: string;
  /** Of the W3C trace that it belongs to. */
  traceId?: string;
}

const fields = new AsyncLocalStorage<LogFields>();

/** Adds to what was said before; a line's own fields go before all of these. */
export function inLogContext<T>(more: LogFields, work: () => T): T {
  return fields.run({ ...fields.getStore(), ...more }, work);
}

export function logFieldsNow(): LogFields {
  return fields.getStore() ?? {};
}
