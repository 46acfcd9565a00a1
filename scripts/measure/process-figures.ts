import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessFigures {
  /** Of all its threads, user and system; in steps of 10 ms. */
  cpuMs: number;
  residentBytes: number;
  threads: number;
}

/** Ticks of /proc are 1/100 s on every Linux that Node runs on. */
const TICK_MS = 10;

/** What a process of this machine has used so far. Linux only; throws when there is none of that id. */
export function processFigures(pid: number): ProcessFigures {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may have spaces in it: what follows has none.
  const [, userTicks = 0, systemTicks = 0] = /^(?:\S+ ){11}(\d+) (\d+) /
    .exec(stat.slice(stat.lastIndexOf(')') + 2))
    ?.map(Number) ?? [0, 0, 0];
  const state = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(state)?.[1] ?? NaN);
  return {
    cpuMs: (userTicks + systemTicks) * TICK_MS,
    residentBytes: field('VmRSS') * 1024,
    threads: field('Threads'),
  };
}

/** All threads that the process has now, and those that they begin, run on these cores only: `0`, `0,1`. */
export function pin(pid: number, cores: string): void {
  execFileSync('taskset', ['-apc', cores, String(pid)], { stdio: 'ignore' });
}
