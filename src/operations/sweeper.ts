import type { Operation } from '../domain/operation.js';
import type { Log } from '../platform/log/log.js';
import { SHARDS } from '../platform/redis/keys.js';
import type { Doorbells } from './doorbells.js';
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

function somethingToSend({ state, cancel }: Operation): boolean {
  if (state === 'PENDING' || state === 'SUBMITTING') return true;
  return state === 'CANCELLING' && (cancel?.state === 'REQUESTED' || cancel?.state === 'SENDING');
}
