import type { Operation } from '../domain/operation.js';
import type { Log } from '../platform/log/log.js';
import { SHARDS } from '../platform/redis/keys.js';
import type { Doorbells } from './doorbells.js';
import { isAnswering, isCancelling } from './open-requests.js';
import { siteOfOperation } from './operation-id.js';
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
      for (const id of await this.store.openIds(shard)) {
        const operation = await this.store.find(id);
        if (!operation) continue;
        sites.add(siteOfOperation(id) ?? operation.siteId);
        if (somethingToSend(operation)) await this.doorbells.ensureSubmission(id);
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
