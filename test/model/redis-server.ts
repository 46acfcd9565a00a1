import type { Chance } from './chance.js';
import type { SimProcess } from './sim-process.js';
import { SimRedis } from './sim-redis.js';
import type { Line } from './sim-store.js';
import type { Timeline } from './timeline.js';
import type { Trace } from './trace.js';

const WAIT_MS = 500;
const LOST = Symbol('no reply came');

/** Redis with a replica: it may be away, lose what the replica had not heard of, or be put back to an old copy. */
export class RedisServer {
  readonly redis: SimRedis;
  isUp = true;
  /** One more whenever another server answers. */
  generation = 1;
  private linkCutSince: number | null = null;
  private readonly waiting: (() => void)[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly silentListeners = new Set<() => void>();

  constructor(
    private readonly timeline: Timeline,
    private readonly chance: Chance,
    private readonly trace: Trace,
    /** Whether promises wait for the replica. */
    private readonly waits: boolean,
    private readonly lostReplies: () => number,
  ) {
    this.redis = new SimRedis(() => timeline.now);
  }

  lineOf(process: SimProcess): Line {
    const ask = async <T>(step: string, request: () => T): Promise<T> => {
      for (;;) {
        const answer = await process.call(step, () => this.execute(request));
        if (answer !== LOST) return answer;
        // The client keeps what got no reply, and sends it again when it is connected again.
        await this.whenUp(process);
      }
    };
    return {
      ask,
      askSafely: async (step, request) => {
        const given = await ask(step, () => ({ answer: request(), isSafe: this.confirmed() }));
        if (!given.isSafe) await process.sleep(WAIT_MS);
        return given;
      },
    };
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onSilentLoss(listener: () => void): () => void {
    this.silentListeners.add(listener);
    return () => this.silentListeners.delete(listener);
  }

  /** Somebody empties it; no connection breaks. */
  flush(): void {
    const lost = this.redis.rollBackTo(0);
    this.trace.say(() => `Redis is emptied: ${lost} writes are lost`);
    for (const listener of [...this.silentListeners]) listener();
  }

  cutLink(): void {
    this.linkCutSince ??= this.timeline.now;
    this.trace.say(() => 'the replica is cut off');
  }

  /** The replica takes over with what it has. */
  failOver(lossMs: number, awayMs: number): void {
    const { now } = this.timeline;
    const since = Math.min(this.linkCutSince ?? now, now - lossMs);
    const lost = this.redis.loseSince(since);
    this.linkCutSince = null;
    this.trace.say(() => `Redis fails over: ${lost} writes are lost; away for ${Math.round(awayMs)} ms`);
    this.generation += 1;
    this.goAway(awayMs);
  }

  restart(awayMs: number): void {
    this.trace.say(() => `Redis restarts; away for ${Math.round(awayMs)} ms`);
    this.generation += 1;
    this.goAway(awayMs);
  }

  /** What was confirmed is gone as well: an old copy, the end of a file cut off, nothing at all. */
  rollBack(ms: number, awayMs: number): void {
    const lost = this.redis.rollBackTo(this.timeline.now - ms);
    this.linkCutSince = null;
    this.trace.say(() => `Redis is put back by ${Math.round(ms)} ms: ${lost} writes are lost`);
    this.generation += 1;
    this.goAway(awayMs);
  }

  private goAway(awayMs: number): void {
    this.isUp = false;
    this.tell();
    this.timeline.after(awayMs, () => {
      this.isUp = true;
      this.trace.say(() => 'Redis is back');
      for (const wake of this.waiting.splice(0)) wake();
      this.tell();
    });
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private execute<T>(request: () => T): T | typeof LOST {
    if (!this.isUp) {
      if (this.chance.happens(0.5)) throw new Error('Connection is closed.');
      return LOST;
    }
    const answer = request();
    return this.chance.happens(this.lostReplies()) ? LOST : answer;
  }

  private confirmed(): boolean {
    if (!this.waits) return true;
    if (this.linkCutSince !== null) return false;
    this.redis.confirm();
    return true;
  }

  private whenUp(process: SimProcess): Promise<void> {
    if (this.isUp) return process.sleep(this.chance.between(1, 50));
    return new Promise((resolve) => this.waiting.push(() => process.goOn(resolve)));
  }
}
