import type { Operation } from '../domain/operation.js';

/**
 * What was written is not safe: too few replicas confirmed it in time, or the journal could not be synced. It IS
 * written, as far as the store goes; nothing may be promised or sent upon it.
 */
export class NotDurableError extends Error {
  /** As it was written; absent = not known. */
  readonly record: Operation | undefined;

  constructor(message: string, { record, ...options }: ErrorOptions & { record?: Operation } = {}) {
    super(message, options);
    this.name = 'NotDurableError';
    this.record = record;
  }
}
