import { installMachine } from './runtime.js';

installMachine();
const { run } = await import('./run.js');
const from = Number(process.argv[2] ?? 1);
const to = Number(process.argv[3] ?? from);
const begun = process.hrtime.bigint();
let ops = 0, exec = 0, unknown = 0, amb = 0, crashes = 0, events = 0; const faults: Record<string, number[]> = {};
for (let seed = from; seed <= to; seed += 1) {
  const result = await run(seed, {}, from === to);
  ops += result.operations; exec += result.executions; unknown += result.unknown; amb += result.ambiguous; crashes += result.crashes; events += result.events;
  for (const f of result.findings) (faults[f.fault] ??= []).push(seed);
  if (from === to) { for (const l of result.trace) console.log(l); console.log(JSON.stringify(result.findings, null, 1)); }
}
const ms = process.cpuUsage().user / 1000; void begun;
console.log({ seeds: to - from + 1, msPerSeed: ms / (to - from + 1), ops, exec, unknown, amb, crashes, events });
for (const [f, s] of Object.entries(faults)) console.log(f, new Set(s).size, [...new Set(s)].slice(0, 12).join(' '));
