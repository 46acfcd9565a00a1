/** What came in during one stretch of the simulated time. */
export interface TrafficCount {
  requests: number;
  /** Answered 429. */
  refused: number;
}

export interface TrafficMinute extends TrafficCount {
  from: string;
}

export interface TrafficView {
  /** The last sixty seconds. */
  lastMinute: TrafficCount & { bySession: Record<string, number>; byRoute: Record<string, number> };
  /** The most that came in any sixty seconds, of all and of one session. */
  peak: { requests: number; ofOneSession: number };
  /** Whole minutes since the first request, the newest last; at most sixty. */
  minutes: TrafficMinute[];
}

interface Second extends TrafficCount {
  at: number;
  bySession: Map<string, number>;
  byRoute: Map<string, number>;
}

const MINUTE = 60;
const KEPT = 61 * MINUTE;

/**
 * How many requests the service met, second by second, for one hour. Sessions are told by a number, in
 * the order in which they came: what they are called with is a secret.
 */
export class TrafficMeter {
  private seconds: Second[] = [];
  private sessions = new Map<string, string>();
  private peak = { requests: 0, ofOneSession: 0 };

  /** A request has come in; `credential` is what it was authenticated with, if anything. */
  came(nowMs: number, route: string, credential: string | undefined): void {
    const second = this.secondAt(nowMs);
    second.requests += 1;
    count(second.byRoute, route);
    count(second.bySession, this.sessionOf(credential));
    const { requests, bySession } = this.sumSince(second.at - MINUTE + 1);
    this.peak.requests = Math.max(this.peak.requests, requests);
    this.peak.ofOneSession = Math.max(this.peak.ofOneSession, ...sessionsOnly(bySession));
  }

  refused(nowMs: number): void {
    this.secondAt(nowMs).refused += 1;
  }

  view(nowMs: number): TrafficView {
    const now = Math.floor(nowMs / 1000);
    const { bySession, byRoute, ...last } = this.sumSince(now - MINUTE + 1);
    return {
      lastMinute: { ...last, bySession: Object.fromEntries(bySession), byRoute: sorted(byRoute) },
      peak: { ...this.peak },
      minutes: this.wholeMinutes(now),
    };
  }

  clear(): void {
    this.seconds = [];
    this.sessions = new Map();
    this.peak = { requests: 0, ofOneSession: 0 };
  }

  private wholeMinutes(now: number): TrafficMinute[] {
    const first = this.seconds[0]?.at;
    if (first === undefined) return [];
    const minutes: TrafficMinute[] = [];
    for (let from = first; from + MINUTE <= now + 1; from += MINUTE) {
      const within = this.seconds.filter(({ at }) => at >= from && at < from + MINUTE);
      minutes.push({ from: new Date(from * 1000).toISOString(), ...counted(within) });
    }
    return minutes.slice(-MINUTE);
  }

  private sumSince(from: number) {
    const within = this.seconds.filter(({ at }) => at >= from);
    return {
      ...counted(within),
      bySession: summed(within.map(({ bySession }) => bySession)),
      byRoute: summed(within.map(({ byRoute }) => byRoute)),
    };
  }

  private secondAt(nowMs: number): Second {
    const at = Math.floor(nowMs / 1000);
    const newest = this.seconds.at(-1);
    if (newest && newest.at >= at) return newest;
    const second: Second = { at, requests: 0, refused: 0, bySession: new Map(), byRoute: new Map() };
    this.seconds.push(second);
    while ((this.seconds[0]?.at ?? at) < at - KEPT) this.seconds.shift();
    return second;
  }

  private sessionOf(credential: string | undefined): string {
    if (credential === undefined || credential === '') return NO_SESSION;
    const known = this.sessions.get(credential) ?? `session ${this.sessions.size + 1}`;
    this.sessions.set(credential, known);
    return known;
  }
}

const NO_SESSION = 'none';

const sessionsOnly = (counts: Map<string, number>): number[] =>
  [...counts].filter(([session]) => session !== NO_SESSION).map(([, hits]) => hits);

function counted(seconds: readonly Second[]): TrafficCount {
  return {
    requests: seconds.reduce((sum, { requests }) => sum + requests, 0),
    refused: seconds.reduce((sum, { refused }) => sum + refused, 0),
  };
}

function summed(counts: readonly Map<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const each of counts) for (const [name, hits] of each) count(sum, name, hits);
  return sum;
}

const sorted = (counts: Map<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));

function count(counts: Map<string, number>, name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
