import type { OperationEvent } from '../../../src/domain/operation-event.js';
import type { Operation } from '../../../src/domain/operation.js';
import type { OperationStore } from '../../../src/operations/operation-store.js';
import type { Clock } from '../../../src/platform/clock.js';
import { BEGINNING, operation } from '../../unit/support/operation.js';

export interface StoreWish {
  clock: Clock;
  /** Every reply to a write is lost, and the client sends the write again: what the store sees is each one twice. */
  repliesLost?: boolean;
}

/** A store that holds nothing yet, and the books it keeps. */
export interface StoreUnderTest {
  readonly store: OperationStore;
  /** What was told of one operation, in order. */
  readonly eventsOf: (operationId: string) => Promise<OperationEvent[]>;
  /** What was told of all operations of the site's shard, in order. */
  readonly eventsNear: (siteId: string) => Promise<OperationEvent[]>;
}

export type CreateStore = (wish: StoreWish) => StoreUnderTest;

let made = 0;

/** A new operation with an id of its own, of site `alpha` and locking nothing unless the test says otherwise. */
export function newcomer(changes: Partial<Operation> = {}): Operation {
  made += 1;
  const { siteId = 'alpha' } = changes;
  const id = `${siteId}.00000000-0000-7000-8000-${made.toString(16).padStart(12, '0')}`;
  return operation({ id, siteId, lockedGroupIds: [], createdTime: BEGINNING, ...changes });
}
