import type { Redis } from 'ioredis';
import type { Clock } from '../clock.js';
import { ClockSkew } from '../clock-skew.js';
import { ENVIRONMENT } from '../config/environment.js';
import type { Log } from '../log/log.js';
import { storesOf } from './stores.js';

/** Told from here on. */
const NOTABLE_MS = 2_000;
/** An answer that took longer says too little. */
const SLOW_MS = 1_000;
const TOLD_EVERY_MS = 600_000;

/**
 * Measured by Redis's TIME, half-way between question and answer; a clock that was set since then is noticed by the
 * monotonic one, which goes on. Of the servers of a Cluster, the one that is farthest off counts.
 */
export class RedisClockSkew extends ClockSkew {
  private measured: { skewMs: number; leadMs: number } | null = null;
  private toldMs: number | null = null;

  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
    private readonly log: Log,
    /** From there on nothing is sent. */
    private readonly limitSeconds: number,
  ) {
    super();
  }

  skewMs(): number | null {
    return this.measured && this.measured.skewMs + this.leadMs() - this.measured.leadMs;
  }

  isNotable(): boolean {
    return Math.abs(this.skewMs() ?? 0) > NOTABLE_MS;
  }

  fault(): string | null {
    return Math.abs(this.skewMs() ?? 0) > this.limitSeconds * 1_000
      ? `${this.sentence()} More than ${this.limitSeconds} s (${ENVIRONMENT.clockSkewLimitSeconds.name}) is too far: nothing is sent until they agree.`
      : null;
  }

  sentence(): string {
    const skewMs = this.skewMs();
    if (skewMs === null) return 'It was not compared with the Redis server’s yet.';
    const apart = Math.abs(skewMs) / 1_000;
    const which = skewMs > 0 ? 'ahead of' : 'behind';
    return `This machine's clock is ${apart.toFixed(1)} s ${which} that of the Redis server.`;
  }

  /** Never throws: what could not be measured stays as it was. */
  async measure(): Promise<void> {
    try {
      const found = await Promise.all(storesOf(this.redis).map(({ connection }) => this.skewOf(connection)));
      const farthest = found.filter((skew) => skew !== null).sort((a, b) => Math.abs(b) - Math.abs(a))[0];
      if (farthest === undefined) return;
      this.measured = { skewMs: farthest, leadMs: this.leadMs() };
      this.tell();
    } catch {
      // The store check tells of a Redis that does not answer.
    }
  }

  /** null = the answer was too slow to say anything. */
  private async skewOf(server: Redis): Promise<number | null> {
    const begunMs = this.clock.monotonic();
    const before = this.clock.now();
    const [seconds, microseconds] = (await server.time()).map(Number);
    const tookMs = this.clock.monotonic() - begunMs;
    if (tookMs > SLOW_MS) return null;
    const theirs = (seconds ?? Number.NaN) * 1_000 + (microseconds ?? 0) / 1_000;
    const skew = Math.round(before + tookMs / 2 - theirs);
    return Number.isNaN(skew) ? null : skew;
  }

  /** The same as long as nobody sets the clock. */
  private leadMs(): number {
    return Math.round(this.clock.now() - this.clock.monotonic());
  }

  private tell(): void {
    const now = this.clock.monotonic();
    if (!this.isNotable()) this.toldMs = null;
    else if (this.toldMs === null || now - this.toldMs > TOLD_EVERY_MS) {
      this.log.warn({ skewMs: this.skewMs() }, this.sentence());
      this.toldMs = now;
    }
  }
}
