/**
 * The time a simulated site lives in: real time, plus whatever a test has advanced it by. A paused
 * clock stands still between advances, so a test decides every instant.
 */
export class SimulatorClock {
  private offsetMs: number;
  private readonly startAt: number;
  private pausedAt: number | null;

  constructor(options: { paused?: boolean; startAt?: number; offsetMs?: number } = {}) {
    this.offsetMs = options.offsetMs ?? 0;
    this.startAt = options.startAt ?? Date.UTC(2030, 0, 2, 3, 4, 5);
    this.pausedAt = options.paused ? this.startAt : null;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return (this.pausedAt ?? Date.now()) + this.offsetMs;
  }

  advance(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError('time only moves forward: ms must be 0 or more');
    this.offsetMs += ms;
  }

  get paused(): boolean {
    return this.pausedAt !== null;
  }

  pause(): void {
    this.pausedAt ??= Date.now();
  }

  /** Goes on from where it stands. */
  resume(): void {
    if (this.pausedAt === null) return;
    this.offsetMs += this.pausedAt - Date.now();
    this.pausedAt = null;
  }

  /** A paused clock stands at its first instant again; a running one does not go back. */
  restart(): void {
    if (this.pausedAt === null) return;
    this.pausedAt = this.startAt;
    this.offsetMs = 0;
  }

  /** What must be kept so that a restarted simulator goes on at the same offset. */
  get offset(): number {
    return this.offsetMs;
  }

  restoreOffset(offsetMs: number): void {
    this.offsetMs = offsetMs;
  }
}
