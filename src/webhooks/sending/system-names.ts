import { bulkhead } from 'cockatiel';
import type { ResolveName } from './endpoint-connection.js';

/** Threads that questions to the operating system take at a time: the journal needs the others. */
const AT_ONCE = 2;
/** So long a name that it did not know is not asked for again. */
const FORGIVEN_AFTER_MS = 30_000;
const MOST_REMEMBERED = 1_000;

/**
 * Names that only the operating system may know. A question that hangs cannot be called back: it keeps its thread, so there
 * are few of them, one for a name, and a name that was not found waits before it is asked for again.
 */
export class SystemNames {
  private readonly asked = new Map<string, Promise<string[]>>();
  private readonly failed = new Map<string, { atMs: number; error: Error }>();
  private readonly places = bulkhead(AT_ONCE, Infinity);

  constructor(
    private readonly ask: ResolveName,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  /** Joins whoever asks for the same name. */
  addressesOf(name: string): Promise<string[]> {
    const failed = this.failed.get(name);
    if (failed && this.monotonicMs() - failed.atMs < FORGIVEN_AFTER_MS) return Promise.reject(failed.error);
    this.failed.delete(name);
    const joined = this.asked.get(name);
    if (joined) return joined;
    const answer = this.inTurn(name).finally(() => this.asked.delete(name));
    this.asked.set(name, answer);
    return answer;
  }

  private async inTurn(name: string): Promise<string[]> {
    try {
      return await this.places.execute(() => this.ask(name));
    } catch (error) {
      if (this.failed.size >= MOST_REMEMBERED) this.failed.clear();
      this.failed.set(name, { atMs: this.monotonicMs(), error: error as Error });
      throw error;
    }
  }
}
