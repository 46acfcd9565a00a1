import type { Operation } from '../domain/operation.js';
import type { OperationCursor } from './operation-store.js';

/** By creation, then by id. */
export function compareCursors(a: OperationCursor, b: OperationCursor): number {
  return a.createdMs - b.createdMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

export function cursorOf({ createdTime, id }: Pick<Operation, 'createdTime' | 'id'>): OperationCursor {
  return { createdMs: Date.parse(createdTime), id };
}

/** Negative = `a` comes first on the way in that direction. */
export function onTheWay(newestFirst: boolean): (a: OperationCursor, b: OperationCursor) => number {
  return newestFirst ? (a, b) => compareCursors(b, a) : compareCursors;
}
