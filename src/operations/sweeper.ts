import type { Operation } from '../domain/operation.js';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { SHARDS } from '../platform/redis/keys.js';
import type { Doorbells } from './doorbells.js';
import { lateness } from './lateness.js';
import { isAnswering, isCancelling } from './open-requests.js';
import type { OperationStore } from './operation-store.js';
import type { OperationSettings } from './settings.js';

/** What is told by the clock; absent = nothing is. */
export interface Lateness {
  clock: Clock;
  settings: Pick<OperationSettings, 'overdueMs' | 'stalledMs'>;
}

/**
 * Rings for every unfinished operation, whether or not its ring is still there, and tells of what takes long. Costs at most
 * one sweep of delay.
 */
export class Sweeper {
  private sweeping: Promise<void> | null = null;

  constructor(
    private readonly store: OperationStore,
    private readonly doorbells: Doorbells,
    private readonly log: Log,
    private readonly late?: Lateness,
  ) {}

  /** One at a time: who asks for another one meanwhile is answered by the one under way. */
  sweep(): Promise<void> {
    this.sweeping ??= this.sweepAll().finally(() => {
      this.sweeping = null;
    });
    return this.sweeping;
  }

  private async sweepAll(): Promise<void> {
    const sites = new Set<string>();
    for (const shard of SHARDS) {
      for (const operation of await this.store.openIn(shard)) {
        sites.add(operation.siteId);
        if (somethingToSend(operation)) await this.doorbells.ensureSubmission(operation.id);
        await this.tellIfLate(operation);
      }
    }
    for (const siteId of sites) await this.doorbells.ensureWatch(siteId);
    this.log.trace({ sites: sites.size }, 'swept');
  }

  private async tellIfLate(operation: Operation): Promise<void> {
    if (!this.late) return;
    const { clock, settings } = this.late;
    const change = lateness(operation, clock.now(), settings);
    if (change) await this.store.transitionFrom(operation, change);
  }
}

/** A composite always has something to see to: its steps. */
function somethingToSend(operation: Operation): boolean {
  const { state } = operation;
  if (operation.composite || state === 'PENDING' || state === 'SUBMITTING') return true;
  return isCancelling(operation) || isAnswering(operation);
}
