import { acceptingConcern } from './accepting.js';
import { changingConcern } from './changing.js';
import { composingConcern } from './composing.js';
import { listingConcern } from './listing.js';
import { recordingConcern } from './recording.js';
import type { CreateStore } from './subject.js';

export type { CreateStore, StoreUnderTest, StoreWish } from './subject.js';

/** Registers the tests that every keeper of operations must pass. `createStore` answers an empty one. */
export function describeOperationStore(createStore: CreateStore): void {
  acceptingConcern(createStore);
  changingConcern(createStore);
  composingConcern(createStore);
  listingConcern(createStore);
  recordingConcern(createStore);
}
