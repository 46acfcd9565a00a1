import { SHARDS } from '../platform/redis/keys.js';

/** Lets loops wait for something new in a shard, without missing what comes while they look. */
export class ShardNews {
  private readonly counts = SHARDS.map(() => 0);
  private readonly waiting = new Set<{ shard: number; wake: () => void }>();
  ended = false;

  count(shard: number): number {
    return this.counts[shard] ?? 0;
  }

  ring(shard: number): void {
    this.counts[shard] = this.count(shard) + 1;
    for (const waiter of this.waiting) if (waiter.shard === shard) waiter.wake();
  }

  end(): void {
    this.ended = true;
    for (const waiter of this.waiting) waiter.wake();
  }

  /** Resolves when more was rung than `seen`, at the end, or when the time is over. */
  after(shard: number, seen: number, limitMs: number): Promise<void> {
    if (this.ended || this.count(shard) !== seen) return Promise.resolve();
    return this.wait(shard, limitMs);
  }

  /** Resolves when the time is over, or at the end. */
  pause(limitMs: number): Promise<void> {
    return this.ended ? Promise.resolve() : this.wait(-1, limitMs);
  }

  private wait(shard: number, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiter = {
        shard,
        wake: () => {
          clearTimeout(timer);
          this.waiting.delete(waiter);
          resolve();
        },
      };
      const timer = setTimeout(waiter.wake, limitMs);
      this.waiting.add(waiter);
    });
  }
}
