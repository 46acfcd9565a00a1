import type { Clock } from '../platform/clock.js';
import { RequestWindow } from './request-window.js';

export interface Claim {
  windowMs: number;
  /** How many may be used, with this one; null = it is counted, however many are. */
  most: number | null;
  /** All of them are taken, or none. Default: 1. */
  places?: number;
  urgency: Urgency;
}

/** Who may ask although others were asked to stay away: a send and whatever an emergency asks, or what is looked at before a send. */
export type Urgency = 'SEND' | 'ACTION' | 'NONE';

/** How it stands with an address. */
export interface Standing {
  taken: boolean;
  /** Requests of the window, this one among them where it was taken. */
  used: number;
  /** How long until a place is free, as far as can be seen; 0 = taken. */
  waitMs: number;
  /** The upstream asked to be left alone for so much longer; 0 = it did not. */
  awayMs: number;
  /** When it was taken, by the clock of these counts: for `giveBack`. */
  takenAt: number;
  /** Those without urgency are still to stay away: a good answer says that they need not. */
  isEarly: boolean;
}

/** Whom an upstream asked to stay away. */
export type StayAway = 'EVERYBODY' | 'ALL_BUT_SENDS' | 'ALL_BUT_ACTIONS';

/**
 * What all who call from here asked one address for of late: the upstream counts by the source's address, so sites that
 * share an appliance, and processes, have one count.
 */
export abstract class AddressCounts {
  /** Takes all places that are claimed, or says how long there will not be so many. Never throws. */
  abstract take(address: string, claim: Claim): Promise<Standing>;
  /** What was taken and not used. Never throws. */
  abstract giveBack(
    address: string,
    taken: { windowMs: number; takenAt: number; places: number },
  ): Promise<void>;
  /** Takes nothing. Never throws. */
  abstract look(address: string, windowMs: number): Promise<{ used: number; awayMs: number }>;
  /** Until then nobody finds a place. A shorter time than was said before changes nothing. Never throws. */
  abstract stayAway(address: string, who: StayAway, forMs: number): Promise<void>;
  /** Those without urgency need not stay away any longer. Never throws. */
  abstract comeBack(address: string): Promise<void>;
}

/** The counts of one process. */
export class LocalAddressCounts extends AddressCounts {
  private readonly windows = new Map<string, RequestWindow>();
  /** Until when, by the monotonic clock. */
  private readonly away: Record<StayAway, Map<string, number>> = {
    EVERYBODY: new Map(),
    ALL_BUT_SENDS: new Map(),
    ALL_BUT_ACTIONS: new Map(),
  };

  constructor(private readonly clock: Clock) {
    super();
  }

  take(address: string, { windowMs, most, places = 1, urgency }: Claim): Promise<Standing> {
    const now = this.clock.monotonic();
    const window = this.window(address, windowMs);
    const awayMs = this.awayMs(address, urgency, now);
    const waitMs = most === null ? 0 : Math.max(awayMs, window.waitMs(most, now, places));
    if (waitMs === 0) window.add(now, places);
    return Promise.resolve({
      taken: waitMs === 0,
      used: window.used(now),
      waitMs,
      awayMs,
      takenAt: now,
      isEarly: (this.away.ALL_BUT_ACTIONS.get(address) ?? now) > now,
    });
  }

  giveBack(address: string, taken: { windowMs: number; takenAt: number; places: number }): Promise<void> {
    this.window(address, taken.windowMs).giveBack(taken.takenAt, taken.places);
    return Promise.resolve();
  }

  look(address: string, windowMs: number): Promise<{ used: number; awayMs: number }> {
    const now = this.clock.monotonic();
    const used = this.window(address, windowMs).used(now);
    return Promise.resolve({ used, awayMs: this.awayMs(address, 'NONE', now) });
  }

  stayAway(address: string, who: StayAway, forMs: number): Promise<void> {
    const until = this.clock.monotonic() + forMs;
    this.away[who].set(address, Math.max(until, this.away[who].get(address) ?? until));
    return Promise.resolve();
  }

  comeBack(address: string): Promise<void> {
    this.away.ALL_BUT_ACTIONS.delete(address);
    return Promise.resolve();
  }

  /** Counts what was allowed elsewhere. */
  add(address: string, windowMs: number, places: number): void {
    this.window(address, windowMs).add(this.clock.monotonic(), places);
  }

  private awayMs(address: string, urgency: Urgency, now: number): number {
    const { EVERYBODY, ALL_BUT_SENDS, ALL_BUT_ACTIONS } = this.away;
    const untils = [
      EVERYBODY.get(address),
      urgency === 'SEND' ? undefined : ALL_BUT_SENDS.get(address),
      urgency === 'NONE' ? ALL_BUT_ACTIONS.get(address) : undefined,
    ];
    return Math.max(0, ...untils.map((until) => (until ?? now) - now));
  }

  private window(address: string, windowMs: number): RequestWindow {
    const window = this.windows.get(address) ?? new RequestWindow(windowMs);
    this.windows.set(address, window);
    return window;
  }
}
