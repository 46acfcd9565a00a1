import { parseArgs } from 'node:util';
import { startWorld } from '../support/world.js';
import { barrage, type BarrageReport } from './barrage.js';
import { FUZZED } from './fuzzed-world.js';

/** npm run fuzz -- [--requests 100000] [--seed 1]: as `fuzz.spec.ts`, with many more requests. */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    abreast: { type: 'string', default: '8' },
  },
});

const world = await startWorld(FUZZED);
const startedMs = Date.now();
const report = await barrage({
  url: world.api.url,
  apiKey: world.api.apiKey,
  requests: Number(values.requests),
  seed: Number(values.seed),
  abreast: Number(values.abreast),
  renew: { every: 5_000, world: () => world.reset() },
});
const seconds = Math.round((Date.now() - startedMs) / 1000);
await world.stop();
tell(report);
console.log(
  `${report.requests} requests to ${report.operations} operations in ${seconds} s from seed ${report.seed}: ${report.faults.length} kinds of faults`,
);
process.exitCode = report.faults.length > 0 ? 1 : 0;

function tell({ answers, faults, seed }: BarrageReport): void {
  const statuses = new Map<number, number>();
  for (const of of answers.values())
    for (const [status, times] of of) statuses.set(status, (statuses.get(status) ?? 0) + times);
  console.log(
    [...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, times]) => `${status}: ${times}`)
      .join(', '),
  );
  const untouched = [...answers].filter(
    ([, of]) => ![...of.keys()].some((status) => status > 0 && status < 300),
  );
  console.log(`never answered well: ${untouched.map(([name]) => name).join(', ') || 'none'}`);
  for (const { operation, what, detail, times, number, curl } of faults)
    console.log(
      `\n${operation}: ${what} (${times} times)\n  ${detail}\n  seed ${seed}, request ${number}\n  ${curl}`,
    );
}
