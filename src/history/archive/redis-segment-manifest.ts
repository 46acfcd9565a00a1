import type { Redis } from 'ioredis';
import { DurableWrites } from '../../platform/redis/durable-writes.js';
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
  /** @param durable for whoever takes out of the store what a segment has: the note must outlive a server, too */
  constructor(
    private readonly redis: Redis,
    private readonly durable = new DurableWrites(redis, { replicas: 0 }),
  ) {}

  /** Another one after each change; null = nobody has told of any segment. */
  version(): Promise<string | null> {
    return this.redis.get(HISTORY_KEYS.version);
  }

  async segments(): Promise<SegmentSummary[]> {
    const noted = await this.redis.hvals(HISTORY_KEYS.segments);
    return noted.map((text) => JSON.parse(text) as SegmentSummary);
  }

  /**
   * Noting it again changes nothing. Throws `LeaseLostError`.
   * @returns whether enough replicas have it, too
   */
  note(who: string, summary: SegmentSummary): Promise<boolean> {
    return this.noteAll(who, [summary]);
  }

  /** The same in one atomic step, in which those that they replace are forgotten: nobody sees a part of it. */
  noteAll(who: string, summaries: readonly SegmentSummary[]): Promise<boolean> {
    return this.write(
      who,
      summaries.flatMap((summary) => [
        summary.name,
        JSON.stringify(summary),
        ...(summary.replaces ?? []).flatMap((name) => [name, '']),
      ]),
    );
  }

  /** Throws `LeaseLostError`. If a failover takes that back, the segment is deleted once more. */
  async forget(who: string, name: string): Promise<void> {
    await this.write(who, [name, '']);
  }

  /** Takes the lease, or keeps it. False = somebody else has it. */
  async hold(who: string, forMs: number): Promise<boolean> {
    return (await HOLD_LEASE.run(this.redis, [HISTORY_KEYS.lease], [who, forMs])) === 1;
  }

  async release(who: string): Promise<void> {
    await HOLD_LEASE.run(this.redis, [HISTORY_KEYS.lease], [who, 0]);
  }

  private async write(who: string, namesAndTexts: readonly string[]): Promise<boolean> {
    const { segments, version, lease, durable } = HISTORY_KEYS;
    const { answer, safe } = await this.durable.run({
      script: NOTE_SEGMENT,
      keys: [segments, version, lease],
      args: [who, ...namesAndTexts],
      mark: durable,
    });
    if (answer !== 1) throw new LeaseLostError();
    return safe;
  }
}
