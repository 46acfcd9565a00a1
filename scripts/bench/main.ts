import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { endAllParts } from '../faults/world/part.js';
import type { Bench, OpenBench, Round } from './bench.js';
import { BENCHES } from './catalogue.js';
import { eraseProducts } from './product.js';
import { writeBenchmarks } from './report.js';
import { BenchResults } from './results.js';

/**
 * `npm run bench`               · what is missing of all of them; the table is in docs/benchmarks.md
 * `npm run bench -- B1 B5`      · these; `--anew` forgets their rounds first, `--rounds N` (5) is how many there should be
 * `npm run bench -- --quick`    · a rehearsal in small, which is printed and not kept
 * `npm run bench -- --report`   · only writes the table
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    anew: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
  },
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.once('exit', () => {
  endAllParts();
  eraseProducts();
});

const startedAt = performance.now();
const results = new BenchResults();
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const unknown = positionals.filter((id) => !BENCHES.some((bench) => bench.id === id));
if (unknown.length > 0)
  throw new Error(`There is no ${unknown.join(', ')}: ${BENCHES.map(({ id }) => id).join(', ')}.`);
const wanted = BENCHES.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
const goal = values.quick ? 1 : Number(values.rounds);

if (!values.report) for (const bench of wanted) await runBench(bench);
if (!values.quick) {
  writeBenchmarks(results);
  say(`the table is in docs/benchmarks.md, the rounds are in ${results.place}`);
}

async function runBench(bench: Bench): Promise<void> {
  if (values.anew && !values.quick) results.forget(bench.id);
  let done = values.quick ? 0 : results.of(bench.id).length;
  if (done >= goal) return;
  let stage: OpenBench | null = null;
  try {
    stage = await bench.open({ say: (text) => say(`${bench.id}  ${text}`), quick: values.quick });
    for (; done < goal; done += 1) {
      const [begun, load] = [performance.now(), loadavg()[0] ?? 0];
      const round = await stage.round();
      const seconds = Math.round((performance.now() - begun) / 100) / 10;
      tell(bench, done + 1, round);
      const empty = round.measured.filter(({ ours, opponent }) => !(ours > 0 && opponent > 0));
      if (empty.length > 0)
        throw new Error(`nothing was measured for ${empty.map(({ figure }) => figure).join(', ')}`);
      if (!values.quick)
        results.keep({ id: bench.id, at: new Date().toISOString(), commit, seconds, load, ...round });
    }
  } catch (error) {
    say(`${bench.id}  broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = 1;
  } finally {
    await stage?.close();
  }
}

function tell({ id }: Bench, number: number, { measured, notes = [] }: Round): void {
  for (const { figure, unit, ours, opponent } of measured)
    say(
      `${id}  round ${number}  ${figure}: ${ours.toPrecision(4)} ${unit} against ${opponent.toPrecision(4)} ${unit}: ${(ours / opponent).toPrecision(3)}`,
    );
  for (const note of notes) say(`${id}  round ${number}  ${note}`);
}

function say(text: string): void {
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${text}`);
}
