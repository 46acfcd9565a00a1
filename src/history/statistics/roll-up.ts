import type { DrAction } from '../../domain/dr-action.js';
import { isVerdict, type Operation, type Outcome, type Verdict } from '../../domain/operation.js';
import { durationsOf, mergedDurations, noDurations, type Durations } from './durations.js';

/** The actions whose duration is the time that a recovery takes. */
export const FAILOVER_ACTIONS: readonly DrAction[] = ['PLANNED_FAILOVER', 'FAILOVER'];

/**
 * Where the time of an operation went, milliseconds: waiting to be sent, sending, at the upstream, until our verdict.
 * They add up to the whole; what was not told apart is in the part before it.
 */
export interface Breakdown {
  queue: number;
  submit: number;
  upstream: number;
  verify: number;
}

/** An operation, as far as statistics remember it. */
export interface CountedOperation {
  id: string;
  createdTime: string;
  endedTime: string;
  state: Verdict;
  outcome: Outcome | null;
  requestedBy: string;
  /** Of the group or plan; null where a part of it was the target. */
  targetName: string | null;
  totalMs: number;
  breakdown: Breakdown;
}

/** What operations that have ended come to: of one action, in one month, at one site or of one target. */
export interface RollUp {
  /** How many ended in each verdict. */
  ends: Partial<Record<Verdict, number>>;
  /** How many of those that SUCCEEDED did so in part only. */
  partial: number;
  /** How long those took that SUCCEEDED. */
  durations: Durations;
  /** Where the time of those went, in sum. */
  breakdown: Breakdown;
  /** The one that was asked for last, the last that was not REJECTED, and the last that SUCCEEDED. */
  last: CountedOperation | null;
  lastDone: CountedOperation | null;
  lastSucceeded: CountedOperation | null;
}

const NO_TIME: Breakdown = { queue: 0, submit: 0, upstream: 0, verify: 0 };

export function nothing(): RollUp {
  return {
    ends: {},
    partial: 0,
    durations: noDurations(),
    breakdown: NO_TIME,
    last: null,
    lastDone: null,
    lastSucceeded: null,
  };
}

/** What one operation comes to; null = it has not ended. */
export function rollUpOf(operation: Operation): RollUp | null {
  const counted = countedOf(operation);
  if (!counted) return null;
  const succeeded = counted.state === 'SUCCEEDED';
  return {
    ends: { [counted.state]: 1 },
    partial: succeeded && counted.outcome === 'PARTIAL' ? 1 : 0,
    durations: succeeded ? durationsOf(counted.totalMs) : noDurations(),
    breakdown: succeeded ? counted.breakdown : NO_TIME,
    last: counted,
    lastDone: counted.state === 'REJECTED' ? null : counted,
    lastSucceeded: succeeded ? counted : null,
  };
}

/** Whichever comes first, and however they are put together, the result is the same. */
export function merged(a: RollUp, b: RollUp): RollUp {
  const ends = { ...a.ends };
  for (const [state, count] of Object.entries(b.ends) as [Verdict, number][]) {
    ends[state] = (ends[state] ?? 0) + count;
  }
  return {
    ends,
    partial: a.partial + b.partial,
    durations: mergedDurations(a.durations, b.durations),
    breakdown: {
      queue: a.breakdown.queue + b.breakdown.queue,
      submit: a.breakdown.submit + b.breakdown.submit,
      upstream: a.breakdown.upstream + b.breakdown.upstream,
      verify: a.breakdown.verify + b.breakdown.verify,
    },
    last: later(a.last, b.last),
    lastDone: later(a.lastDone, b.lastDone),
    lastSucceeded: later(a.lastSucceeded, b.lastSucceeded),
  };
}

export function mergedAll(rollUps: Iterable<RollUp>): RollUp {
  let sum = nothing();
  for (const one of rollUps) sum = merged(sum, one);
  return sum;
}

export function later(a: CountedOperation | null, b: CountedOperation | null): CountedOperation | null {
  if (!a || !b) return a ?? b;
  const order = Date.parse(a.createdTime) - Date.parse(b.createdTime) || (a.id < b.id ? -1 : 1);
  return order > 0 ? a : b;
}

function countedOf(operation: Operation): CountedOperation | null {
  const { id, createdTime, endedTime, state, outcome, requestedBy, target } = operation;
  if (!isVerdict(state) || endedTime === null) return null;
  const breakdown = breakdownOf(operation, endedTime);
  const totalMs = breakdown.queue + breakdown.submit + breakdown.upstream + breakdown.verify;
  return {
    ...{ id, createdTime, endedTime, state, outcome, requestedBy },
    ...{ targetName: target.within ? null : target.name, totalMs, breakdown },
  };
}

/** From the timings of the record, so that the parts make up the whole whatever of them is known. */
export function breakdownOf({ createdTime, timings }: Operation, endedTime: string): Breakdown {
  const total = timings.totalMs ?? Math.max(0, Date.parse(endedTime) - Date.parse(createdTime));
  const queue = Math.min(total, timings.queuedMs ?? 0);
  const submit = Math.min(total - queue, timings.submitMs ?? 0);
  const verify = Math.min(total - queue - submit, timings.detectMs ?? 0);
  return { queue, submit, upstream: total - queue - submit - verify, verify };
}
