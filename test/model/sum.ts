import { FAULTS, type Fault } from './judge.js';

/** What many runs of one variant came to. */
export interface Sum {
  variant: string;
  seeds: number;
  operations: number;
  executions: number;
  ambiguous: number;
  unknown: number;
  deaths: number;
  events: number;
  cpuMs: number;
  /** Runs in which it happened, and the first of their seeds. */
  faults: Record<Fault, { runs: number; seeds: number[] }>;
}

/** Of the runs in which something was found. */
export const SEEDS_TOLD = 8;

export function emptySum(variant: string): Sum {
  const faults = Object.fromEntries(FAULTS.map((fault) => [fault, { runs: 0, seeds: [] }]));
  return {
    variant,
    seeds: 0,
    operations: 0,
    executions: 0,
    ambiguous: 0,
    unknown: 0,
    deaths: 0,
    events: 0,
    cpuMs: 0,
    faults: faults as unknown as Sum['faults'],
  };
}

export function added(one: Sum, other: Sum): Sum {
  const faults = FAULTS.map((fault) => {
    const [a, b] = [one.faults[fault], other.faults[fault]];
    const seeds = [...a.seeds, ...b.seeds].sort((x, y) => x - y).slice(0, SEEDS_TOLD);
    return [fault, { runs: a.runs + b.runs, seeds }] as const;
  });
  return {
    variant: one.variant,
    seeds: one.seeds + other.seeds,
    operations: one.operations + other.operations,
    executions: one.executions + other.executions,
    ambiguous: one.ambiguous + other.ambiguous,
    unknown: one.unknown + other.unknown,
    deaths: one.deaths + other.deaths,
    events: one.events + other.events,
    cpuMs: one.cpuMs + other.cpuMs,
    faults: Object.fromEntries(faults) as unknown as Sum['faults'],
  };
}
