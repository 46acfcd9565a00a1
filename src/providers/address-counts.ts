import type { Clock } from '../platform/clock.js';
import { RequestWindow } from './request-window.js';

export interface Claim {
  windowMs: number;
  /** How many may be used, with this one; null = it is counted, however many are. */
  most: number | null;
  /** It may be made although only reads were asked to stay away. */
  isSend: boolean;
}

/** How it stands with an address. */
export interface Standing {
  taken: boolean;
  /** Requests of the window, this one among them where it was taken. */
  used: number;
  /** How long until a place is free, as far as can be seen; 0 = taken. */
  waitMs: number;
  /** The upstream asked to be left alone for so much longer; 0 = it did not. */
  awayMs: number;
}

/** Whom an upstream asked to stay away. */
export type StayAway = 'EVERYBODY' | 'ALL_BUT_SENDS';

/**
 * What all who call from here asked one address for of late: the upstream counts by the source's address, so sites that
 * share an appliance, and processes, have one count.
 */
export abstract class AddressCounts {
  /** Takes a place, or says how long there will be none. Never throws. */
  abstract take(address: string, claim: Claim): Promise<Standing>;
  /** Takes nothing. Never throws. */
  abstract look(address: string, windowMs: number): Promise<{ used: number; awayMs: number }>;
  /** Until then nobody finds a place. A shorter time than was said before changes nothing. Never throws. */
  abstract stayAway(address: string, who: StayAway, forMs: number): Promise<void>;
}

/** The counts of one process. */
export class LocalAddressCounts extends AddressCounts {
  private readonly windows = new Map<string, RequestWindow>();
  /** Until when, by the monotonic clock. */
  private readonly away: Record<StayAway, Map<string, number>> = {
    EVERYBODY: new Map(),
    ALL_BUT_SENDS: new Map(),
  };

  constructor(private readonly clock: Clock) {
    super();
  }

  take(address: string, { windowMs, most, isSend }: Claim): Promise<Standing> {
    const now = this.clock.monotonic();
    const window = this.window(address, windowMs);
    const awayMs = this.awayMs(address, isSend, now);
    const waitMs = most === null ? 0 : Math.max(awayMs, window.waitMs(most, now));
    if (waitMs === 0) window.add(now);
    return Promise.resolve({ taken: waitMs === 0, used: window.used(now), waitMs, awayMs });
  }

  look(address: string, windowMs: number): Promise<{ used: number; awayMs: number }> {
    const now = this.clock.monotonic();
    const used = this.window(address, windowMs).used(now);
    return Promise.resolve({ used, awayMs: this.awayMs(address, false, now) });
  }

  stayAway(address: string, who: StayAway, forMs: number): Promise<void> {
    const until = this.clock.monotonic() + forMs;
    this.away[who].set(address, Math.max(until, this.away[who].get(address) ?? until));
    return Promise.resolve();
  }

  /** Counts what was allowed elsewhere. */
  add(address: string, windowMs: number): void {
    this.window(address, windowMs).add(this.clock.monotonic());
  }

  private awayMs(address: string, isSend: boolean, now: number): number {
    const { EVERYBODY, ALL_BUT_SENDS } = this.away;
    const untils = [EVERYBODY.get(address), isSend ? undefined : ALL_BUT_SENDS.get(address)];
    return Math.max(0, ...untils.map((until) => (until ?? now) - now));
  }

  private window(address: string, windowMs: number): RequestWindow {
    const window = this.windows.get(address) ?? new RequestWindow(windowMs);
    this.windows.set(address, window);
    return window;
  }
}
