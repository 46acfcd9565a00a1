import { AsyncLocalStorage } from 'node:async_hooks';

export interface LaneRule {
  /** It takes a place only while no more than this part of the budget is used, by whomever. */
  readonly share: number;
  /** How long a request of it waits for a place before it is refused. */
  readonly patienceMs: number;
  /** For places that are taken together, before the first request of a piece of work; default: `share`. */
  readonly together?: number;
  /** For what such a piece of work asks beyond them: it is let finish, for what was asked would be asked again. */
  readonly begun?: number;
}

/**
 * Whose request it is. What a lower lane leaves free is there for those above it, so that an action never waits
 * for a refresh, nor a send for the looks of other actions.
 */
export const LANES = {
  /** A failover: the look before it, and its request; and the stop of something that runs, or the answer that it waits for. */
  EMERGENCY: { share: 1, patienceMs: 2_000 },
  /** The request that an accepted action is about, and log-ins, which everybody waits for. */
  SEND: { share: 0.98, patienceMs: 2_000 },
  /** What is looked at before an action is accepted or sent. */
  ACTION: { share: 0.86, patienceMs: 2_000, begun: 0.92 },
  /**
   * What became of operations that are under way. A round's own requests find a place that actions leave, however many
   * there are: rounds are rare where the budget is used up.
   */
  WATCH: { share: 0.8, patienceMs: 2_000, together: 0.96 },
  /** A refresh that was put off for long: what people's reads leave it, however much they read. */
  OVERDUE: { share: 0.75, patienceMs: 3_000 },
  /** A person's read, and what may be done now. */
  INTERACTIVE: { share: 0.65, patienceMs: 2_000 },
  /** What keeps the inventory fresh. */
  REFRESH: { share: 0.5, patienceMs: 3_000 },
} as const satisfies Record<string, LaneRule>;

/** Which part of the budget a request goes by: the lane's own, or what it has by a ticket. */
export type Part = 'share' | 'together' | 'begun';

export type Lane = keyof typeof LANES;

/** What one look at a whole site takes, at most upstreams: so much at least is left for one that is overdue. */
const A_LOOK = 3;
const OF_LOOKS: Lane = 'OVERDUE';

const lanes = new AsyncLocalStorage<Lane>();

/** The lane of whatever is asked in the course of `work`. Who was put into a lane before stays in it: the outermost decides. */
export function inLane<T>(lane: Lane, work: () => T): T {
  return lanes.getStore() === undefined ? lanes.run(lane, work) : work();
}

/**
 * Ahead of all but emergencies, whoever asks: for what is sent, and for what many wait for, whoever happens to have come
 * first. A log-in must not wait in the lane of a refresh.
 */
export function aheadOfAll<T>(work: () => T): T {
  return laneNow() === 'EMERGENCY' ? work() : lanes.run('SEND', work);
}

export function laneNow(): Lane {
  return lanes.getStore() ?? 'INTERACTIVE';
}

/** How many places may be used, of so many, when a request of this lane takes one. At least one, or it never could. */
export function placesOf(lane: Lane, requests: number, part: Part = 'share'): number {
  const places = shareOf(lane, requests, part);
  const isBelow = LANES[lane].share < LANES[OF_LOOKS].share;
  return Math.max(1, isBelow ? Math.min(places, shareOf(OF_LOOKS, requests) - A_LOOK) : places);
}

function shareOf(lane: Lane, requests: number, part: Part = 'share'): number {
  const rule: LaneRule = LANES[lane];
  return Math.floor(requests * (rule[part] ?? rule.share));
}
