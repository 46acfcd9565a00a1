import { problem, ProblemError } from '../../domain/problem.js';
import type { Clock } from '../../platform/clock.js';
import { withinMs } from '../../platform/within.js';
import type { ApiKey } from './api-key.js';
import type { KeyStore } from './redis-key-store.js';

/** A change by another process counts here after so long at the latest, as long as the store answers. */
export const FRESH_MS = 2_000;
/** While the store does not answer, what was known goes on for so long. */
export const STALE_MS = 600_000;
/** In which the store has to answer; and after one failed look nobody waits for the next one before that is over again. */
const PATIENCE_MS = 1_000;

interface Known {
  version: string | null;
  keys: Map<string, ApiKey>;
  /** When the look began that found them so. */
  seenMs: number;
}

/**
 * All API keys, in memory: a request with a known key asks the store nothing, but for one small question every two
 * seconds. Whoever tries unknown ones causes one such question at a time, however many try.
 */
export class KnownKeys {
  private known: Known | null = null;
  private looking: Promise<boolean> | null = null;
  private failedMs = -Infinity;
  private changes = 0;

  /** @param onTrouble told of a look that failed */
  constructor(
    private readonly store: Pick<KeyStore, 'all' | 'version'>,
    private readonly clock: Clock,
    private readonly onTrouble: (error: Error) => void,
  ) {}

  /** null = there is none. Throws the 503 `store-unavailable` when that cannot be told. */
  async find(id: string): Promise<ApiKey | null> {
    if (!this.isFresh()) await this.look();
    // Another process may have made it a moment ago.
    return this.usable().keys.get(id) ?? this.findAnew(id);
  }

  /** As it is in the store from now on. */
  async findAnew(id: string): Promise<ApiKey | null> {
    if (!(await this.lookAnew())) throw unavailable();
    return this.usable().keys.get(id) ?? null;
  }

  /** What this process has just written: it counts at once. */
  changed(key: ApiKey): void {
    this.changes += 1;
    this.known?.keys.set(key.id, key);
  }

  private isFresh(): boolean {
    return this.known !== null && this.clock.monotonic() - this.known.seenMs < FRESH_MS;
  }

  private usable(): Known {
    if (!this.known || this.clock.monotonic() - this.known.seenMs > STALE_MS) throw unavailable();
    return this.known;
  }

  /** One that begins from now on; all that come before it begins share it. */
  private async lookAnew(): Promise<boolean> {
    const before = this.looking;
    await before;
    return this.look();
  }

  /** Whether the store answered. */
  private look(): Promise<boolean> {
    if (this.clock.monotonic() - this.failedMs < PATIENCE_MS) return Promise.resolve(false);
    this.looking ??= withinMs(PATIENCE_MS, this.read())
      .then(
        () => true,
        (error: unknown) => {
          this.failedMs = this.clock.monotonic();
          this.onTrouble(error instanceof Error ? error : new Error(String(error)));
          return false;
        },
      )
      .finally(() => (this.looking = null));
    return this.looking;
  }

  private async read(): Promise<void> {
    for (;;) {
      const { changes } = this;
      const seenMs = this.clock.monotonic();
      const version = await this.store.version();
      if (this.known && this.known.version === version) {
        this.known.seenMs = seenMs;
        return;
      }
      const all = await this.store.all();
      // What was read may be older than what was written here meanwhile.
      if (changes !== this.changes) continue;
      this.known = { version: all.version, keys: new Map(all.keys.map((key) => [key.id, key])), seenMs };
      return;
    }
  }
}

function unavailable(): ProblemError {
  return new ProblemError(
    problem('store-unavailable', 'API keys cannot be checked: the store does not answer.'),
  );
}
