import type { Redis } from 'ioredis';
import { HISTORY_KEYS } from '../../platform/redis/keys.js';
import { RedisScript } from '../../platform/redis/script.js';
import type { SegmentSummary } from './segment-index.js';

const HOLD_LEASE = new RedisScript(new URL('./lua/hold-lease.lua', import.meta.url));
const NOTE_SEGMENT = new RedisScript(new URL('./lua/note-segment.lua', import.meta.url));

/** Whoever wants to move operations has lost the right to do so: another process may be at it. */
export class LeaseLostError extends Error {
  constructor() {
    super('Another process moves operations to the archive by now.');
    this.name = 'LeaseLostError';
  }
}

/** Which segments there are, where all processes see it. The files say the same of themselves. */
export class SegmentManifest {
  constructor(private readonly redis: Redis) {}

  /** Another one after each change; null = nobody has told of any segment. */
  version(): Promise<string | null> {
    return this.redis.get(HISTORY_KEYS.version);
  }

  async segments(): Promise<SegmentSummary[]> {
    const noted = await this.redis.hvals(HISTORY_KEYS.segments);
    return noted.map((text) => JSON.parse(text) as SegmentSummary);
  }

  /** Throws `LeaseLostError`. */
  note(who: string, summary: SegmentSummary): Promise<void> {
    return this.write(who, summary.name, JSON.stringify(summary));
  }

  /** Throws `LeaseLostError`. */
  forget(who: string, name: string): Promise<void> {
    return this.write(who, name, '');
  }

  /** Takes the lease, or keeps it. False = somebody else has it. */
  async hold(who: string, forMs: number): Promise<boolean> {
    return (await HOLD_LEASE.run(this.redis, [HISTORY_KEYS.lease], [who, forMs])) === 1;
  }

  async release(who: string): Promise<void> {
    await HOLD_LEASE.run(this.redis, [HISTORY_KEYS.lease], [who, 0]);
  }

  private async write(who: string, name: string, text: string): Promise<void> {
    const { segments, version, lease } = HISTORY_KEYS;
    const written = await NOTE_SEGMENT.run(this.redis, [segments, version, lease], [who, name, text]);
    if (written !== 1) throw new LeaseLostError();
  }
}
