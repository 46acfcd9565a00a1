import type { Clock } from '../../platform/clock.js';
import type { KeyStore } from './redis-key-store.js';

/** A use is written so often at the most, by each process. */
export const NOTED_EVERY_MS = 60_000;

/** When each key was used last: written beside the request, which neither waits for it nor fails with it. */
export class KeyUses {
  /** As many as there are keys. */
  private readonly notedMs = new Map<string, number>();

  constructor(
    private readonly store: Pick<KeyStore, 'noteUse'>,
    private readonly clock: Clock,
    private readonly onTrouble: (error: Error) => void,
  ) {}

  note(id: string): void {
    const now = this.clock.monotonic();
    const last = this.notedMs.get(id);
    if (last !== undefined && now - last < NOTED_EVERY_MS) return;
    this.notedMs.set(id, now);
    this.store.noteUse(id, this.clock.now()).catch(this.onTrouble);
  }
}
