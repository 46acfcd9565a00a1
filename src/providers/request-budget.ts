import { setTimeout as timer } from 'node:timers/promises';
import type { Clock } from '../platform/clock.js';
import type { UpstreamResponse } from '../platform/http/upstream-http.js';
import { LocalAddressCounts, type AddressCounts, type Standing, type Urgency } from './address-counts.js';
import { laneNow, LANES, placesOf, type Lane, type Part } from './lanes.js';
import { OneAtATime } from './one-at-a-time.js';
import { ProviderError } from './provider-error.js';
import { RequestWindow } from './request-window.js';
import { Ticket, ticketFor, withTicket } from './tickets.js';

export interface RequestQuota {
  readonly requests: number;
  readonly windowSeconds: number;
}

export interface RequestLimits {
  /** Of all that comes from one address, whichever process or site sends it. */
  readonly address: RequestQuota;
  /** Of one session; null = no limit of its own. */
  readonly session: RequestQuota | null;
}

export interface BudgetUse {
  /** Of the address, in the last `windowSeconds`. */
  limit: number;
  used: number;
  windowSeconds: number;
  /** What `used` may come to by a request of each lane. */
  lanes: Record<Lane, number>;
  /** How much of what each lane may use is used, in the fuller of the two windows, this process's session's and the address's: 1 = all. */
  spent: Record<Lane, number>;
  /** The upstream asked to be left alone for so much longer; 0 = it did not. */
  awayMs: number;
}

/** Ends early, without an error, when the signal does. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

export interface BudgetParts {
  counts: AddressCounts;
  clock: Clock;
  /** null = nobody waits. */
  pause?: Pause | null;
  /** 0 to 1: those who are refused do not all come back at the same moment. Default: by chance. */
  random?: () => number;
}

const URGENCIES: Partial<Record<Lane, Urgency>> = { EMERGENCY: 'SEND', SEND: 'SEND', ACTION: 'ACTION' };
const LONGEST_AWAY_MS = 60 * 60_000;
/** A gateway before the upstream may say 503 for long: an action that is refused again has lost nothing. */
const ACTIONS_AWAY_MS = 60_000;
/** The latest that chance lets somebody come back. */
const APART_MS = 5_000;

interface Wanted {
  lane: Lane;
  part: Part;
  places: number;
  /** By the monotonic clock. */
  patientUntil: number;
}

/** Places, and when they were taken: by this process's clock, and by that of the counts. */
interface Taken {
  at: number;
  takenAt: number;
}

/**
 * The requests of one site at one address. Everything that is sent takes a place first: in the count of the site's own
 * session, and in that of the address. Who finds none waits as long as its lane has patience, and is then refused:
 * nothing was sent, and `retryAfterMs` says when there will be a place.
 */
export class RequestBudget {
  private readonly session: RequestWindow | null;
  private readonly windowMs: number;
  private windowStart: number | null = null;
  private readonly address: string;
  private readonly pause: Pause | null;
  private readonly random: () => number;
  /** Who looks before an action waits alone: the others would take from each other what each needs whole. */
  private readonly lines: Partial<Record<Lane, OneAtATime>> = {
    EMERGENCY: new OneAtATime(),
    ACTION: new OneAtATime(),
  };
  private isEarly = false;

  constructor(
    url: string,
    private readonly limits: RequestLimits,
    private readonly parts: BudgetParts,
  ) {
    const { address, session } = limits;
    this.windowMs = address.windowSeconds * 1000;
    this.address = `${addressOf(url)}/${address.windowSeconds}s`;
    this.session = session === null ? null : new RequestWindow(session.windowSeconds * 1000);
    this.pause = parts.pause === undefined ? paused : parts.pause;
    this.random = parts.random ?? Math.random;
  }

  /** Throws `ProviderError` RATE_LIMITED, TEMPORARY, also when the signal ends the waiting: the upstream was not asked. */
  async take(signal?: AbortSignal): Promise<void> {
    const lane = laneNow();
    const ticket = ticketFor(this, lane);
    if (ticket?.use() !== true) {
      const patientUntil = this.patientUntil(lane);
      await this.taken({ lane, part: ticket ? 'begun' : 'share', places: 1, patientUntil }, signal);
    }
    this.noteRequest();
  }

  /**
   * Takes so many places at once, or none, for the requests of `work`; those that it does not use are given back. What
   * is looked at before actions queues for them, in the order of arrival. Throws as `take`.
   */
  async together<T>(places: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const lane = laneNow();
    const { address, session } = this.limits;
    const quotas = [address.requests, session?.requests ?? address.requests];
    const most = Math.min(...quotas.map((requests) => placesOf(lane, requests, 'together')));
    const wanted: Wanted = {
      lane,
      part: 'together',
      places: Math.min(places, most),
      patientUntil: this.patientUntil(lane),
    };
    const take = (): Promise<Taken> => this.taken(wanted, signal);
    const taken = await (this.lines[lane]?.run(take) ?? take());
    const ticket = new Ticket(this, lane, wanted.places);
    try {
      return await withTicket(ticket, work);
    } finally {
      await this.giveBack(taken, ticket.close());
    }
  }

  /** For what has no later time, such as a log-out: counted, however much is used. */
  async takeAnyway(): Promise<void> {
    this.session?.add(this.parts.clock.monotonic());
    this.noteRequest();
    await this.parts.counts.take(this.address, { windowMs: this.windowMs, most: null, urgency: 'SEND' });
  }

  /** Who is told to stay away, stays away, with all who share the address. */
  async heard(response: UpstreamResponse): Promise<void> {
    const says = retryAfterMsOf(response);
    if (response.status === 429) {
      // One that does not say how long may be meant for another session: what is to be sent may try.
      const who = says === null ? 'ALL_BUT_SENDS' : 'EVERYBODY';
      await this.parts.counts.stayAway(this.address, who, says ?? this.restOfWindowMs());
    } else if (response.status === 503 && says !== null) {
      await this.parts.counts.stayAway(this.address, 'EVERYBODY', Math.min(says, ACTIONS_AWAY_MS));
      await this.parts.counts.stayAway(this.address, 'ALL_BUT_ACTIONS', says);
    } else if (this.isEarly && response.status < 500) {
      this.isEarly = false;
      await this.parts.counts.comeBack(this.address);
    }
  }

  /** What is left of the upstream's window, as far as it can be seen from here; at least a second of a minute's. */
  restOfWindowMs(): number {
    const now = this.parts.clock.monotonic();
    return Math.max(this.windowMs / 60, Math.ceil(this.windowMs - (now - (this.windowStart ?? now))));
  }

  async use(): Promise<BudgetUse> {
    const { requests, windowSeconds } = this.limits.address;
    const { used, awayMs } = await this.parts.counts.look(this.address, this.windowMs);
    const lanes = eachLane((lane) => placesOf(lane, requests));
    const spent = eachLane((lane) => Math.max(used / lanes[lane], this.spentOfSession(lane)));
    return { limit: requests, used, windowSeconds, lanes, spent, awayMs };
  }

  private spentOfSession(lane: Lane): number {
    const { session } = this.limits;
    if (this.session === null || session === null) return 0;
    return this.session.used(this.parts.clock.monotonic()) / placesOf(lane, session.requests);
  }

  private patientUntil(lane: Lane): number {
    return this.parts.clock.monotonic() + LANES[lane].patienceMs;
  }

  private async taken(wanted: Wanted, signal?: AbortSignal): Promise<Taken> {
    const { clock } = this.parts;
    for (;;) {
      const at = clock.monotonic();
      const standing = await this.claim(wanted, at);
      if (standing.taken) return { at, takenAt: standing.takenAt };
      const isSoon = clock.monotonic() + standing.waitMs <= wanted.patientUntil;
      if (this.pause === null || !isSoon) throw this.refusal(standing);
      await this.pause(standing.waitMs, signal);
      if (signal?.aborted === true) throw this.refusal(standing);
    }
  }

  private async claim({ lane, part, places }: Wanted, now: number): Promise<Standing> {
    const { address, session } = this.limits;
    if (this.session !== null && session !== null) {
      const waitMs = this.session.waitMs(placesOf(lane, session.requests, part), now, places);
      if (waitMs > 0) {
        return {
          taken: false,
          used: this.session.used(now),
          waitMs,
          awayMs: 0,
          takenAt: now,
          isEarly: false,
        };
      }
      this.session.add(now, places);
    }
    const standing = await this.parts.counts.take(this.address, {
      windowMs: this.windowMs,
      most: placesOf(lane, address.requests, part),
      places,
      urgency: URGENCIES[lane] ?? 'NONE',
    });
    if (standing.taken) this.isEarly ||= standing.isEarly;
    else this.session?.giveBack(now, places);
    return standing;
  }

  private async giveBack({ at, takenAt }: Taken, places: number): Promise<void> {
    if (places === 0) return;
    this.session?.giveBack(at, places);
    await this.parts.counts.giveBack(this.address, { windowMs: this.windowMs, takenAt, places });
  }

  private noteRequest(): void {
    const now = this.parts.clock.monotonic();
    if (this.windowStart === null || now - this.windowStart >= this.windowMs) this.windowStart = now;
  }

  private refusal({ waitMs, awayMs, used }: Standing): ProviderError {
    const seconds = Math.ceil(waitMs / 1000);
    const why =
      awayMs > 0
        ? 'The upstream asked to be left alone'
        : `The request budget of this upstream is used as far as it may be for this (${used} requests of late)`;
    return new ProviderError('RATE_LIMITED', `${why}; there is a place in ${seconds} s.`, {
      retry: 'TEMPORARY',
      retryAfterMs: waitMs + Math.floor(this.random() * Math.min(APART_MS, waitMs)),
      heldBack: awayMs === 0,
    });
  }
}

/** Makes the budgets of one site: one for each address that it asks. */
export interface RequestBudgets {
  of(url: string, limits: RequestLimits): RequestBudget;
}

/** The budgets of a configured site. The first that is made is the site's own; others are of what it logs in at. */
export class SiteBudgets implements RequestBudgets {
  private first: RequestBudget | null = null;

  constructor(private readonly parts: BudgetParts) {}

  of(url: string, limits: RequestLimits): RequestBudget {
    const budget = new RequestBudget(url, limits, this.parts);
    this.first ??= budget;
    return budget;
  }

  /** Takes the places of `work` together in the site's own budget; see there. */
  together<T>(places: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.first === null ? work() : this.first.together(places, work, signal);
  }

  /** null = nothing is counted for this site. */
  async use(): Promise<BudgetUse | null> {
    return (await this.first?.use()) ?? null;
  }
}

/** Without a limit of ours, and nobody waits; an upstream that asks to be left alone is left alone all the same. */
export function unlimitedBudgets(clock: Clock): RequestBudgets {
  const counts = new LocalAddressCounts(clock);
  return {
    of: (url, { address }) => {
      const limits = { address: { ...address, requests: Number.MAX_SAFE_INTEGER }, session: null };
      return new RequestBudget(url, limits, { counts, clock, pause: null, random: () => 0 });
    },
  };
}

function eachLane(figure: (lane: Lane) => number): Record<Lane, number> {
  const names = Object.keys(LANES) as Lane[];
  return Object.fromEntries(names.map((lane) => [lane, figure(lane)])) as Record<Lane, number>;
}

function addressOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  return `${hostname.toLowerCase()}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** Seconds, or a date by the upstream's own clock; null = it does not say. An hour at the most. */
function retryAfterMsOf({ headers }: UpstreamResponse): number | null {
  const header = headers['retry-after']?.trim() ?? '';
  const ms = /^\d+$/.test(header)
    ? Number(header) * 1000
    : Date.parse(header) - Date.parse(headers.date ?? '');
  return Number.isFinite(ms) ? Math.min(LONGEST_AWAY_MS, Math.max(0, ms)) : null;
}

async function paused(ms: number, signal?: AbortSignal): Promise<void> {
  await timer(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
}
