import type { Operation } from '../domain/operation.js';
import type { Log } from '../platform/log/log.js';
import { SHARDS } from '../platform/redis/keys.js';
import type { Doorbells } from './doorbells.js';
import { isAnswering, isCancelling } from './open-requests.js';
import type { OperationStore } from './operation-store.js';

/** Rings for every unfinished operation, whether or not its ring is still there. Costs at most one sweep of delay. */
export class Sweeper {
  constructor(
    private readonly store: OperationStore,
    private readonly doorbells: Doorbells,
    private readonly log: Log,
  ) {}

  async sweep(): Promise<void> {
    const sites = new Set<string>();
    for (const shard of SHARDS) {
      for (const operation of await this.store.openIn(shard)) {
        sites.add(operation.siteId);
        if (somethingToSend(operation)) await this.doorbells.ensureSubmission(operation.id);
      }
    }
    for (const siteId of sites) await this.doorbells.ensureWatch(siteId);
    this.log.trace({ sites: sites.size }, 'swept');
  }
}

/** A composite always has something to see to: its steps. */
function somethingToSend(operation: Operation): boolean {
  const { state } = operation;
  if (operation.composite || state === 'PENDING' || state === 'SUBMITTING') return true;
  return isCancelling(operation) || isAnswering(operation);
}
