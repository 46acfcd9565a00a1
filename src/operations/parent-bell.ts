import { isVerdict, type Operation } from '../domain/operation.js';
import type { Doorbells } from './doorbells.js';

/** The end of a step is news for the operation that it is a step of, which decides what comes next. */
export async function ringParent(doorbells: Doorbells, operation: Operation | null): Promise<void> {
  if (operation?.parentId && isVerdict(operation.state)) await doorbells.ringSubmission(operation.parentId);
}
