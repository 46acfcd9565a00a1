import { run } from './run.js';
import { emptySum, SEEDS_TOLD, type Sum } from './sum.js';
import { VARIANTS } from './variants.js';

/** Runs the seeds from, from + 1, … up to and with `to`. */
export async function runAll(variant: string, from: number, to: number): Promise<Sum> {
  const rules = VARIANTS[variant]?.rules;
  if (!rules) throw new Error(`There is no variant ${variant}: ${Object.keys(VARIANTS).join(', ')}.`);
  const sum = emptySum(variant);
  const before = process.cpuUsage();
  for (let seed = from; seed <= to; seed += 1) {
    const result = await run(seed, rules);
    sum.seeds += 1;
    sum.operations += result.operations;
    sum.executions += result.executions;
    sum.ambiguous += result.ambiguous;
    sum.unknown += result.unknown;
    sum.deaths += result.crashes;
    sum.events += result.events;
    for (const fault of new Set(result.findings.map((finding) => finding.fault))) {
      const entry = sum.faults[fault];
      entry.runs += 1;
      if (entry.seeds.length < SEEDS_TOLD) entry.seeds.push(seed);
    }
  }
  const { user, system } = process.cpuUsage(before);
  sum.cpuMs = (user + system) / 1000;
  return sum;
}
