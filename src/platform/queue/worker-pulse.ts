import type { Clock } from '../clock.js';

/** Milliseconds. */
export interface PulseSettings {
  beatMs: number;
  /** As long as nobody answers a queue's canary, all is well. */
  nobodyMs: number;
  /** As long as this process does not, while others do. */
  notUsMs: number;
  /** How long it may stay so before the process should end. */
  hopelessMs: number;
}

export const PULSE: PulseSettings = {
  beatMs: 10_000,
  nobodyMs: 60_000,
  notUsMs: 600_000,
  hopelessMs: 120_000,
};

export interface PulseWorld {
  /** Puts a canary into every queue; answers the places that took it. */
  canaries: { sing(): Promise<readonly string[]> };
  /** What was heard of late, by whomever. */
  board: {
    heard(place: string, mark: string): Promise<void>;
    seen(places: readonly string[]): Promise<(string | null)[]>;
  };
  /** Why the store takes no writes; null = it does. */
  store: { fault(): Promise<string | null> };
  clock: Clock;
}

interface Watched {
  /** Steps at the same time. */
  atOnce: number;
  running: number;
  /** Monotonic: when something of it was answered here, … */
  hereMs: number;
  /** … or anywhere. */
  anywhereMs: number;
  mark: string | null;
}

/**
 * Whether this process still answers its queues. BullMQ's own word for it stays good when a worker has died silently, so
 * each queue is asked: a canary every beat. A store that is away or takes no writes is never held against a worker, nor is a
 * canary that a queue did not take, nor a process that was stopped, nor one whose slots are all taken.
 */
export class WorkerPulse {
  private readonly watched = new Map<string, Watched>();
  private lastBeatMs: number | null = null;
  private faultSinceMs: number | null = null;
  private found: string | null = null;

  constructor(
    private readonly world: PulseWorld,
    readonly settings: PulseSettings = PULSE,
  ) {}

  /** From now on `place` is expected to answer. */
  watch(place: string, atOnce: number): void {
    const now = this.world.clock.monotonic();
    this.watched.set(place, { atOnce, running: 0, hereMs: now, anywhereMs: now, mark: null });
  }

  stepBegan(place: string): void {
    this.moved(place, 1);
  }

  stepEnded(place: string): void {
    this.moved(place, -1);
  }

  /** Never throws: what cannot be told to others is known here. */
  async canaryHeard(place: string, mark: string): Promise<void> {
    this.moved(place, 0);
    await this.world.board.heard(place, mark).catch(() => undefined);
  }

  /** One beat: what was heard since the last one, and the next canaries. */
  async beat(): Promise<void> {
    const now = this.world.clock.monotonic();
    const late = this.lastBeatMs !== null && now - this.lastBeatMs > 3 * this.settings.beatMs;
    this.lastBeatMs = now;
    if (late || !(await this.listen())) this.forgive();
    const taken = new Set(await this.world.canaries.sing());
    this.forgive((place) => !taken.has(place));
    this.judge();
  }

  /** What is wrong, in a sentence; null = all is well. */
  fault(): string | null {
    return this.found;
  }

  /** It has been wrong for so long that only a new process helps. */
  isHopeless(): boolean {
    if (this.faultSinceMs === null) return false;
    return this.world.clock.monotonic() - this.faultSinceMs >= this.settings.hopelessMs;
  }

  private moved(place: string, running: number): void {
    const watched = this.watched.get(place);
    if (!watched) return;
    watched.running = Math.max(0, watched.running + running);
    watched.hereMs = watched.anywhereMs = this.world.clock.monotonic();
  }

  /** Whether the store could be asked. */
  private async listen(): Promise<boolean> {
    try {
      if ((await this.world.store.fault()) !== null) return false;
      const marks = await this.world.board.seen([...this.watched.keys()]);
      const now = this.world.clock.monotonic();
      [...this.watched.values()].forEach((watched, at) => {
        const mark = marks[at] ?? null;
        if (mark !== null && mark !== watched.mark) watched.anywhereMs = now;
        watched.mark = mark;
      });
      return true;
    } catch {
      return false;
    }
  }

  private forgive(concerns: (place: string) => boolean = () => true): void {
    const now = this.world.clock.monotonic();
    for (const [place, watched] of this.watched)
      if (concerns(place)) watched.hereMs = watched.anywhereMs = now;
  }

  private judge(): void {
    const now = this.world.clock.monotonic();
    const { nobodyMs, notUsMs } = this.settings;
    const silent: string[] = [];
    for (const [place, { atOnce, running, hereMs, anywhereMs }] of this.watched) {
      const isFull = running >= atOnce;
      if (!isFull && now - anywhereMs >= nobodyMs)
        silent.push(`nobody has answered ${place} for ${seconds(now - anywhereMs)} s`);
      else if (now - hereMs >= notUsMs)
        silent.push(`this process has not answered ${place} for ${seconds(now - hereMs)} s`);
    }
    const [first] = silent;
    this.found = first
      ? `Of ${this.watched.size} queues, ${silent.length} ${silent.length === 1 ? 'is' : 'are'} silent: ${first}.`
      : null;
    this.faultSinceMs = this.found === null ? null : (this.faultSinceMs ?? now);
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
