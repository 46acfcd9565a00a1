import { setTimeout as pause } from 'node:timers/promises';
import type { Change } from '../domain/operation-change.js';
import { reduce } from '../domain/operation-machine.js';
import { isVerdict, type Operation } from '../domain/operation.js';
import type { ClockSkew } from '../platform/clock-skew.js';
import { isoTime, type Clock } from '../platform/clock.js';
import { isRedisTrouble } from '../platform/redis/trouble.js';
import { withinMs } from '../platform/within.js';
import type { SendGate } from '../providers/provider-driver.js';
import { ProviderError } from '../providers/provider-error.js';
import { OpenGuard } from './guard/open-guard.js';
import { StoreGuardedError, type GuardPass, type StoreGuard } from './guard/store-guard.js';
import { NotDurableError } from './not-durable.js';
import type { OperationStore } from './operation-store.js';
import type { OperationSettings } from './settings.js';

/** Five minutes in all. */
const MOST_TRIES_TO_WRITE = 600;
const TRY_AGAIN_MS = 500;
const TRIES_TO_NOTICE_A_LOSS = 8;

const MOST_ABANDONED = 1_000;

/** A store that does not confirm in this time confirms nothing. */
const CONFIRM_WITHIN_MS = 1_000;

/** When a clock that is wrong is asked again. */
const CLOCK_RETRY_MS = 5_000;

/**
 * When it was begun to read what a send, or the end of what was not sent, is decided upon: by both clocks. Each check throws
 * `StoreGuardedError` if that may not be done upon it, or not any more.
 */
export interface Look {
  readonly monotonicMs: number;
  readonly wallMs: number;
  /** The store has lost nothing since: what it says of the record may be gone by. */
  checkStore(): void;
  /** And the clock is right: something may be ended for its age. */
  checkClock(): void;
  /** And the site was looked at since the store lost something: it may be sent to. */
  checkSend(): void;
}

/** What every state-changing request has around it, whatever it asks for. */
export class Sending {
  /** Attempts that nothing was sent for, while nobody knows whether the store has their intents. */
  private readonly abandoned = new Set<string>();

  constructor(
    private readonly store: OperationStore,
    private readonly clock: Clock,
    private readonly settings: OperationSettings,
    private readonly guard: StoreGuard = new OpenGuard(),
    private readonly skew?: Pick<ClockSkew, 'fault'>,
  ) {}

  /** Comes before everything that is read for a send, the record among it: that may be read from a store that lost something. */
  look(siteId: string): Look {
    const store = this.passOrRefusal();
    const site = this.passOrRefusal(siteId);
    const checkClock = (): void => {
      store.check();
      const fault = this.skew?.fault() ?? null;
      if (fault !== null) throw new StoreGuardedError(fault, CLOCK_RETRY_MS);
    };
    return {
      monotonicMs: this.clock.monotonic(),
      wallMs: this.clock.now(),
      checkStore: () => store.check(),
      checkClock,
      checkSend: () => {
        checkClock();
        site.check();
      },
    };
  }

  /**
   * Writes what must stand before a send. null = somebody was first, and nothing may be sent. What could not be made
   * safe, or of which nobody knows whether it was written, is thrown after it was taken back: nothing was sent upon it.
   */
  async intend(operation: Operation, intent: Change, takenBack: () => Change): Promise<Operation | null> {
    try {
      return await this.store.transitionFrom(operation, intent);
    } catch (error) {
      if (error instanceof NotDurableError || isRedisTrouble(error)) {
        // The store may come to carry the intent out after it was taken back.
        if (intent.kind === 'INTENT') this.abandon(intent.attempt.id);
        await this.writeDown(operation.id, takenBack());
      }
      throw error;
    }
  }

  /** Whether it is known here that nothing was sent in this attempt. */
  isAbandoned(attemptId: string): boolean {
    return this.abandoned.has(attemptId);
  }

  /**
   * What became of a send must not be lost to a store that is away for a moment: without it, a job's id that
   * was told once would have to be concluded from evidence. Nor to one that has lost the record, and gets it back from
   * the guard, which may not have noticed yet.
   */
  async writeDown(operationId: string, change: Change): Promise<Operation | null> {
    for (let tries = 1; ; tries += 1) {
      try {
        const written = await this.store.transition(operationId, change);
        if (written || tries === MOST_TRIES_TO_WRITE) return written;
        const found = await this.store.find(operationId);
        const now = isoTime(this.clock.now());
        // It may have come back between the two.
        if (found && !reduce(found, change, now)) {
          if (!isBeforeItsAttempt(found, change)) return null;
        } else if (found) continue;
        if (tries > TRIES_TO_NOTICE_A_LOSS && this.isGuardOpen()) return null;
        await pause(TRY_AGAIN_MS);
      } catch (error) {
        if (!isRedisTrouble(error) || tries === MOST_TRIES_TO_WRITE) throw error;
        await pause(TRY_AGAIN_MS);
      }
    }
  }

  /**
   * The last checks: with the connection standing, that the intent is still the last word; in the same tick as the write,
   * that the look is young enough and the store's guard has not been closed since.
   * @param isOurs whether the record, as it is now, still waits for this very send
   * @param mark notes that the request is about to leave: comes before the record is read, so that whoever revokes the
   * intent and finds no mark afterwards knows that it will not leave any more
   */
  gate(
    look: Look,
    operationId: string,
    isOurs: (operation: Operation) => boolean,
    mark?: () => Promise<void>,
  ): SendGate {
    let isMarked = !mark;
    return {
      confirm: async () => {
        if (mark) await noted(mark);
        isMarked = true;
        const operation = await this.readAgain(operationId);
        if (!operation || !isOurs(operation)) {
          throw notSent('CONFLICT', 'The operation was written by somebody else meanwhile.');
        }
      },
      open: () => {
        if (!isMarked) throw notSent('CONFLICT', 'The send was not confirmed.');
        // The wall clock as well: the other one may stand still while the machine sleeps.
        const age = Math.max(this.clock.monotonic() - look.monotonicMs, this.clock.now() - look.wallMs);
        if (age > this.settings.sendDeadlineMs) {
          throw notSent('TIMEOUT', 'Too much time passed since the target was looked at.');
        }
        try {
          look.checkSend();
        } catch (error) {
          if (!(error instanceof StoreGuardedError)) throw error;
          throw notSent('UNAVAILABLE', error.message, error.retryAfterMs);
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

  private isGuardOpen(): boolean {
    try {
      this.guard.pass();
      return true;
    } catch {
      return false;
    }
  }

  private abandon(attemptId: string): void {
    this.abandoned.add(attemptId);
    for (const oldest of this.abandoned) {
      if (this.abandoned.size <= MOST_ABANDONED) break;
      this.abandoned.delete(oldest);
    }
  }

  private passOrRefusal(siteId?: string): Pick<GuardPass, 'check'> {
    try {
      return this.guard.pass(siteId);
    } catch (error) {
      return {
        check: () => {
          throw error;
        },
      };
    }
  }

  private async readAgain(operationId: string): Promise<Operation | null> {
    try {
      return await withinMs(CONFIRM_WITHIN_MS, this.store.find(operationId));
    } catch {
      throw notSent('UNAVAILABLE', 'The store did not confirm the intent in time.');
    }
  }
}

async function noted(mark: () => Promise<void>): Promise<void> {
  try {
    await mark();
  } catch (error) {
    throw notSent('UNAVAILABLE', `The journal does not take it: ${(error as Error).message}`);
  }
}

/** Certainly nothing was begun, and the same request may go through later. */
export function mayBeSentAgain(error: ProviderError): boolean {
  return error.delivery === 'NOT_SENT' || (error.delivery === 'REFUSED' && error.retry === 'TEMPORARY');
}

/** Whether the record does not know the attempt that the upstream answered: the store has gone back to before it. */
function isBeforeItsAttempt(record: Operation, change: Change): boolean {
  if (change.kind !== 'ACCEPTED' && change.kind !== 'REFUSED' && change.kind !== 'AMBIGUOUS') return false;
  return (
    !isVerdict(record.state) &&
    record.calls.every(({ state, attempt }) => state === 'PENDING' && attempt?.id !== change.attemptId)
  );
}

function notSent(
  kind: ProviderError['kind'],
  text: string,
  retryAfterMs: number | null = null,
): ProviderError {
  return new ProviderError(kind, text, { retry: 'TEMPORARY', delivery: 'NOT_SENT', retryAfterMs });
}
