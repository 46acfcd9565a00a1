import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { eraseWorlds } from '../faults/world/fault-world.js';
import { endAllParts } from '../faults/world/part.js';
import { KeptMinutes } from './kept-minutes.js';
import { soakReport } from './report.js';
import { soak } from './soak.js';

/**
 * `npm run soak -- --minutes 60`  · steady work for so long; writes docs/soak.md. Ends with 1 if something grows.
 * `npm run soak -- --operations 4` · so many in flight at a time, where the machine has others to serve (10)
 * `npm run soak -- --report`      · only writes the page, from what is kept of the last run, also if that was cut
 * `npm run soak -- --quick`       · a minute in small, which is printed and not kept
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    operations: { type: 'string', default: '10' },
    quick: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
  },
});
const PAGE = resolve('docs/soak.md');
const WHOLE = {
  operations: Number(values.operations),
  readsPerSecond: 10,
  readers: 60,
  exportEverySeconds: 30,
};
const SMALL = { operations: 4, readsPerSecond: 4, readers: 20, exportEverySeconds: 10 };

const startedAt = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${text}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.once('exit', () => {
  endAllParts();
  eraseWorlds();
});

const kept = new KeptMinutes();
if (values.quick) await quick();
else {
  if (!values.report) await whole();
  const { good, text } = soakReport(kept.all(), commit());
  writeFileSync(PAGE, text);
  say(`${good ? 'good' : 'not good'}: the page is ${PAGE}, the minutes are in ${kept.place}`);
  process.exitCode = good ? 0 : 1;
}

async function whole(): Promise<void> {
  kept.beginAnew();
  await soak({
    minutes: Number(values.minutes),
    rowSeconds: 60,
    size: WHOLE,
    seed: Number(values.seed),
    say,
    onMinute: (minute) => kept.keep(minute),
  });
}

/** Too short for a verdict: shows that everything works. */
async function quick(): Promise<void> {
  const rows: Parameters<typeof soakReport>[0][number][] = [];
  await soak({
    minutes: 0.5,
    rowSeconds: 5,
    size: SMALL,
    seed: Number(values.seed),
    say,
    onMinute: (minute) => void rows.push(minute),
  });
  console.log(soakReport(rows, commit()).text);
}

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
}
