import { setTimeout as pause } from 'node:timers/promises';
import type { Change } from '../domain/operation-change.js';
import type { Operation } from '../domain/operation.js';
import { isoTime, type Clock } from '../platform/clock.js';
import { isRedisTrouble } from '../platform/redis/trouble.js';
import type { SendGate } from '../providers/provider-driver.js';
import { ProviderError } from '../providers/provider-error.js';
import type { OperationStore } from './operation-store.js';
import type { OperationSettings } from './settings.js';

/** Half a minute in all. */
const MOST_TRIES_TO_WRITE = 60;
const TRY_AGAIN_MS = 500;

/** What every state-changing request has around it, whatever it asks for. */
export class Sending {
  constructor(
    private readonly store: OperationStore,
    private readonly clock: Clock,
    private readonly settings: OperationSettings,
  ) {}

  /**
   * What became of a send must not be lost to a store that is away for a moment: without it, a job's id that
   * was told once would have to be concluded from evidence.
   */
  async writeDown(operationId: string, change: Change): Promise<Operation | null> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.store.transition(operationId, change);
      } catch (error) {
        if (!isRedisTrouble(error) || tries === MOST_TRIES_TO_WRITE) throw error;
        await pause(TRY_AGAIN_MS);
      }
    }
  }

  /** The last check, in the same tick as the write. */
  gate(lookedAt: number): SendGate {
    return {
      open: () => {
        if (this.clock.monotonic() - lookedAt > this.settings.sendDeadlineMs) {
          throw new ProviderError('TIMEOUT', 'Too much time passed since the target was looked at.', {
            retry: 'TEMPORARY',
            delivery: 'NOT_SENT',
          });
        }
      },
    };
  }

  /** When a sender that begins now can no longer be sending or waiting. */
  overBy(): string {
    return isoTime(this.clock.now() + 2 * this.settings.sendDeadlineMs + this.settings.submitTimeoutMs);
  }

  /** Grows with the age of what is tried: 1 s at first, 15 s at the most, unless the upstream says longer. */
  backOff(since: string, retryAfterMs: number | null): number {
    const age = this.clock.now() - Date.parse(since);
    return Math.max(retryAfterMs ?? 0, Math.min(15_000, Math.max(1_000, age / 4)));
  }
}

/** Certainly nothing was begun, and the same request may go through later. */
export function mayBeSentAgain(error: ProviderError): boolean {
  return error.delivery === 'NOT_SENT' || (error.delivery === 'REFUSED' && error.retry === 'TEMPORARY');
}
