import type { Operation } from '../domain/operation.js';
import type { Clock } from '../platform/clock.js';
import { ClockJumps } from '../platform/clock-jumps.js';
import type { Log } from '../platform/log/log.js';
import { SHARDS } from '../platform/redis/keys.js';
import type { Doorbells } from './doorbells.js';
import { StoreGuardedError } from './guard/store-guard.js';
import { lateness } from './lateness.js';
import { isAnswering, isCancelling } from './open-requests.js';
import type { OperationStore } from './operation-store.js';
import type { OperationSettings } from './settings.js';
import { turnOf } from './urgency.js';

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
  private readonly jumps: ClockJumps | null;

  constructor(
    private readonly store: OperationStore,
    private readonly doorbells: Doorbells,
    private readonly log: Log,
    private readonly late?: Lateness,
  ) {
    this.jumps = late ? new ClockJumps(late.clock) : null;
  }

  /** One at a time: who asks for another one meanwhile is answered by the one under way. */
  sweep(): Promise<void> {
    this.sweeping ??= this.sweepAll().finally(() => {
      this.sweeping = null;
    });
    return this.sweeping;
  }

  private async sweepAll(): Promise<void> {
    const sites = new Set<string>();
    const { doorbells } = this;
    // A ring that waits is due by the clock of whoever put it off, which may have been wrong by hours.
    const anew = this.jumps?.since() ?? false;
    const submission = (one: Operation) =>
      anew ? doorbells.ringSubmission(one.id, turnOf(one)) : doorbells.ensureSubmission(one.id, turnOf(one));
    const watch = (siteId: string) => (anew ? doorbells.ringWatch(siteId) : doorbells.ensureWatch(siteId));
    for (const shard of SHARDS) {
      for (const operation of await this.store.openIn(shard)) {
        sites.add(operation.siteId);
        if (somethingToSend(operation)) await submission(operation);
        await this.tellIfLate(operation);
      }
    }
    for (const siteId of sites) await watch(siteId);
    this.log.trace({ sites: sites.size }, 'swept');
  }

  private async tellIfLate(operation: Operation): Promise<void> {
    if (!this.late) return;
    const { clock, settings } = this.late;
    const change = lateness(operation, clock.now(), settings);
    if (!change) return;
    try {
      await this.store.transitionFrom(operation, change);
    } catch (error) {
      // It is told in a later sweep.
      if (!(error instanceof StoreGuardedError)) throw error;
    }
  }
}

/** A composite always has something to see to: its steps. */
function somethingToSend(operation: Operation): boolean {
  const { state } = operation;
  if (operation.composite || state === 'PENDING' || state === 'SUBMITTING') return true;
  return isCancelling(operation) || isAnswering(operation);
}
