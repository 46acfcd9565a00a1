import { pino } from 'pino';
import { Clock } from '../../../../src/platform/clock.js';
import type { Log } from '../../../../src/platform/log/log.js';
import {
  SiteMemory,
  type DriverContext,
  type ProviderDriver,
} from '../../../../src/providers/provider-driver.js';
import type { DriverWish } from '../harness.js';

/** Ample: only tests of a request that hangs make it shorter. */
const SUBMIT_TIMEOUT_MS = 10_000;

/** What every harness gives its drivers, and takes back at the end: time, a memory, a log that is kept. */
export class Workbench {
  private readonly lines: string[] = [];
  private readonly drivers: ProviderDriver[] = [];
  private readonly memory = new KeptMemory();
  private readonly log: Log = pino(
    { level: 'trace' },
    { write: (line: string) => void this.lines.push(line) },
  );

  constructor(
    private readonly siteId: string,
    private readonly now: () => number,
  ) {}

  /** Makes a driver; drivers of one workbench share the site's memory, as processes do. */
  driver(wish: DriverWish, create: (context: DriverContext) => ProviderDriver): ProviderDriver {
    const driver = create({
      siteId: this.siteId,
      clock: new ClockThatIsOff(this.now, wish.clockOffMs ?? 0),
      log: this.log,
      submitTimeoutMs: wish.submitTimeoutMs ?? SUBMIT_TIMEOUT_MS,
      memory: this.memory,
    });
    this.drivers.push(driver);
    return driver;
  }

  logged(): string {
    return this.lines.join('');
  }

  async close(): Promise<void> {
    await Promise.all(this.drivers.map((driver) => driver.close()));
  }
}

class ClockThatIsOff extends Clock {
  constructor(
    private readonly truth: () => number,
    private readonly offMs: number,
  ) {
    super();
  }

  now(): number {
    return this.truth() + this.offMs;
  }

  monotonic(): number {
    return this.now();
  }
}

class KeptMemory extends SiteMemory {
  private readonly kept = new Map<string, string>();

  override rememberFirst(
    siteId: string,
    entries: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const answers = Object.entries(entries).map(([key, value]) => {
      const place = `${siteId}/${key}`;
      if (!this.kept.has(place)) this.kept.set(place, value);
      return [key, this.kept.get(place) ?? value] as const;
    });
    return Promise.resolve(Object.fromEntries(answers));
  }
}
