import { v7 as uuidv7 } from 'uuid';
import { StoreGuardedError, type StoreGuard } from '../../operations/guard/store-guard.js';
import type { ClockSkew } from '../../platform/clock-skew.js';
import type { Log } from '../../platform/log/log.js';
import { throttled } from '../../platform/log/throttled.js';
import type { ArchiveRound } from './archive-round.js';
import type { Permission } from './permission.js';
import { LeaseLostError, type SegmentManifest } from './redis-segment-manifest.js';
import type { Retention } from './retention.js';

/** Renewed at every step. A process that is frozen for longer loses it, and stops at the next one. */
const LEASE_MS = 30_000;
const SOON_MS = 2_000;
const EVERY_MS = 60_000;
/** Whoever had the lease may be gone, the guard may be open again. */
const AGAIN_MS = 5_000;

/**
 * DONE; TAKEN = another process is at it; GUARDED = the store, or the clock of this machine, is not to be believed just
 * now.
 */
export type UpkeepResult = 'DONE' | 'TAKEN' | 'GUARDED';

/** Moves old operations to the archive and deletes what is too old: one process at a time, of all workers. */
export class HistoryUpkeep {
  private readonly who = uuidv7();
  private readonly failed: (error: Error) => void;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> | null = null;
  private isStopped = false;

  constructor(
    private readonly manifest: SegmentManifest,
    private readonly archiving: ArchiveRound,
    private readonly retention: Retention,
    private readonly guard: StoreGuard,
    private readonly skew: Pick<ClockSkew, 'skewMs' | 'fault'>,
    log: Log,
  ) {
    this.failed = throttled(log, 'the upkeep of the history failed; it is tried again');
  }

  start(): void {
    this.next(SOON_MS);
  }

  /** Ends at the next step. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  async round(): Promise<UpkeepResult> {
    try {
      this.allow();
      if (!(await this.manifest.hold(this.who, LEASE_MS))) return 'TAKEN';
      try {
        const permission: Permission = { who: this.who, renew: () => this.renew() };
        await this.archiving.run(permission);
        await this.retention.run(permission);
      } finally {
        await this.manifest.release(this.who);
      }
      return 'DONE';
    } catch (error) {
      if (error instanceof StoreGuardedError || error instanceof ClockInDoubtError) return 'GUARDED';
      if (error instanceof LeaseLostError) return 'TAKEN';
      throw error;
    }
  }

  private next(inMs: number): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.running = this.tried().then((result) => this.next(result === 'DONE' ? EVERY_MS : AGAIN_MS));
    }, inMs).unref();
  }

  private async tried(): Promise<UpkeepResult | 'FAILED'> {
    try {
      return await this.round();
    } catch (error) {
      this.failed(error as Error);
      return 'FAILED';
    }
  }

  private async renew(): Promise<void> {
    if (this.isStopped) throw new LeaseLostError();
    this.allow();
    if (!(await this.manifest.hold(this.who, LEASE_MS))) throw new LeaseLostError();
  }

  /** By a clock that runs ahead everything is old enough to be deleted, and nothing brings that back. */
  private allow(): void {
    this.guard.pass();
    if (this.skew.skewMs() === null || this.skew.fault() !== null) throw new ClockInDoubtError();
  }
}

/** The clock of this machine is wrong, or was not compared with the store's yet. */
class ClockInDoubtError extends Error {}
