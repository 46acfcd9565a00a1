import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { Finding, HealthCheck } from './health.js';

const RESOLUTION_MS = 100;
const WINDOW_MS = 30_000;
const TOO_MUCH_MS = 1_000;
const NS_PER_MS = 1e6;

/** Whether the process gets round to what it has to do. One long pause (it was stopped, the machine slept) is no fault. */
export class EventLoopCheck implements HealthCheck {
  readonly name = 'event-loop';
  readonly matters = 'READINESS';
  private readonly delays: IntervalHistogram;
  private since = performance.now();

  constructor() {
    this.delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.delays.enable();
  }

  ask(): Finding {
    const meanMs = Math.max(0, (this.delays.mean || 0) / NS_PER_MS - RESOLUTION_MS);
    const maxMs = Math.max(0, this.delays.max / NS_PER_MS - RESOLUTION_MS);
    if (performance.now() - this.since > WINDOW_MS) {
      this.delays.reset();
      this.since = performance.now();
    }
    const longest = `the longest pause of late took ${Math.round(maxMs)} ms.`;
    return meanMs > TOO_MUCH_MS
      ? { ok: false, detail: `Everything waits for ${Math.round(meanMs)} ms: too much is asked; ${longest}` }
      : { ok: true, detail: `It keeps up; ${longest}` };
  }

  close(): void {
    this.delays.disable();
  }
}
