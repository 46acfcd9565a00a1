import type { Operation } from '../domain/operation.js';

const made = new WeakMap<Operation, string>();

/**
 * Remembers which write made this record. Its version alone does not say so: a failover that takes a write back lets
 * another one have the same version.
 */
export function madeBy(operation: Operation, writeId: string | null | undefined): Operation {
  if (writeId) made.set(operation, writeId);
  return operation;
}

/** '' = it was not read from the store, nor written to it, by this process. */
export function writeOf(operation: Operation): string {
  return made.get(operation) ?? '';
}
