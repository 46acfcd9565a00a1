import type { Clock } from './clock.js';

/** More than a clock is corrected by while it runs. */
const JUMP_MS = 2_000;

/** Notices that the wall clock was set: the monotonic one goes on. */
export class ClockJumps {
  private leadMs: number | null = null;

  constructor(private readonly clock: Clock) {}

  /** Whether it was set since this was asked last; true the first time, for nobody knows what was before. */
  since(): boolean {
    const leadMs = this.clock.now() - this.clock.monotonic();
    const jumped = this.leadMs === null || Math.abs(leadMs - this.leadMs) > JUMP_MS;
    if (jumped) this.leadMs = leadMs;
    return jumped;
  }
}
