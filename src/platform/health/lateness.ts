const EVERY_MS = 50;

/** How late the process gets round to what it has to do, milliseconds: of late, so that one standstill is soon forgotten. */
export class Lateness {
  private readonly timer: NodeJS.Timeout;
  private ticked = performance.now();
  private usual = 0;

  constructor() {
    this.timer = setInterval(() => this.tick(), EVERY_MS);
    this.timer.unref();
  }

  /** A standstill counts by half, two in a row by three quarters. What has not ended yet counts as well. */
  get ms(): number {
    return Math.max(this.usual, (performance.now() - this.ticked - EVERY_MS) / 2);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    const now = performance.now();
    this.usual = (this.usual + Math.max(0, now - this.ticked - EVERY_MS)) / 2;
    this.ticked = now;
  }
}
