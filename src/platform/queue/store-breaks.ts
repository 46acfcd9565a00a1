import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log/log.js';
import { isStoreRefusal } from '../redis/trouble.js';

const ASK_EVERY_MS = 1_000;

export interface Breaking {
  pause(): void;
  resume(): void;
}

export interface BreakWorld {
  /** Why the store takes no writes; null = it does. */
  store: { fault(): Promise<string | null> };
  log: Log;
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * A store that answers, and refuses every write, would be asked by the workers thousands of times a second: they take a
 * break, and go on as soon as it takes writes again.
 */
export class StoreBreaks {
  private readonly workers = new Set<Breaking>();
  private current: Promise<void> | null = null;

  constructor(private readonly world: BreakWorld) {}

  join(worker: Breaking): void {
    this.workers.add(worker);
    if (this.current) worker.pause();
  }

  leave(worker: Breaking): void {
    this.workers.delete(worker);
  }

  /** To be told of every error; of those that are no refusal it takes no notice. */
  notice(error: Error): void {
    if (this.current || !isStoreRefusal(error)) return;
    for (const worker of this.workers) worker.pause();
    this.current = this.untilWell().finally(() => {
      this.current = null;
      for (const worker of this.workers) worker.resume();
    });
  }

  /** Resolves when the break that is on is over; at once when there is none. */
  async over(): Promise<void> {
    await this.current;
  }

  private async untilWell(): Promise<void> {
    const { store, log } = this.world;
    const wait = this.world.wait ?? ((ms: number) => pause(ms, undefined, { ref: false }));
    let told = false;
    for (;;) {
      // Also before the first question: one that takes small writes, and refuses large ones, must not make us run in circles.
      await wait(ASK_EVERY_MS);
      const fault = await store.fault().catch((error: Error) => error.message);
      if (fault === null) break;
      if (!told) log.error({ fault }, 'the workers take a break: the store takes no writes');
      told = true;
    }
    if (told) log.info({}, 'the workers go on: the store takes writes again');
  }
}
