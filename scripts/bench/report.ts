import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { table } from '../markdown.js';
import { percentile } from '../measure/statistics.js';
import type { Bench, Measured, Target } from './bench.js';
import { BENCHES } from './catalogue.js';
import type { BenchResults, KeptRound } from './results.js';

const PAGE = resolve('docs/benchmarks.md');
const BEGIN = '<!-- bench:begin -->';
const END = '<!-- bench:end -->';

/** Writes the table of what was measured so far between its marks; what was written by hand stays. */
export function writeBenchmarks(results: BenchResults): void {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no ${BEGIN} … ${END}`);
  writeFileSync(
    PAGE,
    page.slice(0, from + BEGIN.length) + `\n\n${benchmarksTable(results.rounds())}\n\n` + page.slice(to),
  );
}

/** Medians over the rounds, and of the ratio the median with the least and the most. */
export function benchmarksTable(rounds: readonly KeptRound[], benches: readonly Bench[] = BENCHES): string {
  const rows = benches.flatMap((bench) =>
    rowsOf(
      bench,
      rounds.filter(({ id }) => id === bench.id),
    ),
  );
  return [
    table(
      [
        '#',
        'measure',
        'against',
        'figure',
        'ours',
        'opponent',
        'ratio (least–most)',
        'target',
        '',
        'rounds',
        'load',
      ],
      rows,
    ),
    `Medians of the rounds; the ratio is of each round, ours divided by the opponent’s. Load: the machine’s load average of one minute before the rounds. ` +
      `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; commit ${[...new Set(rounds.map(({ commit }) => commit))].join(', ') || 'none'}.`,
    ...notesOf(rounds),
  ].join('\n\n');
}

function rowsOf(bench: Bench, rounds: readonly KeptRound[]): string[][] {
  const figures = [...new Set(rounds.flatMap(({ measured }) => measured.map(({ figure }) => figure)))];
  return figures.map((figure, index) => {
    const measured = rounds.flatMap((round) => round.measured.filter((each) => each.figure === figure));
    const ratios = measured.map(({ ours, opponent }) => ours / opponent);
    const target = bench.targets[figure];
    const ratio = median(ratios);
    return [
      index === 0 ? bench.id : '',
      index === 0 ? bench.title : '',
      index === 0 ? bench.opponent : '',
      figure,
      valueOf(measured, 'ours'),
      valueOf(measured, 'opponent'),
      `**${short(ratio)}** (${short(Math.min(...ratios))}–${short(Math.max(...ratios))})`,
      target ? targetText(target) : '–',
      target ? (isMet(target, ratio) ? 'met' : 'missed') : '',
      String(measured.length),
      short(median(rounds.map(({ load }) => load))),
    ];
  });
}

function notesOf(rounds: readonly KeptRound[]): string[] {
  const last = new Map(rounds.map((round) => [round.id, round]));
  const notes = [...last.values()].flatMap(({ id, notes: told = [] }) =>
    told.map((note) => `* ${id}: ${note}`),
  );
  return notes.length === 0 ? [] : [`Beside the figures, of the last round of each:\n\n${notes.join('\n')}`];
}

const isMet = (target: Target, ratio: number): boolean =>
  'atMost' in target ? ratio <= target.atMost : ratio >= target.atLeast;

const targetText = (target: Target): string =>
  'atMost' in target ? `≤ ${short(target.atMost)}` : `≥ ${short(target.atLeast)}`;

const valueOf = (measured: readonly Measured[], side: 'ours' | 'opponent'): string =>
  `${short(median(measured.map((each) => each[side])))} ${measured[0]?.unit ?? ''}`;

const median = (values: readonly number[]): number => percentile(values, 0.5) ?? NaN;

const short = (value: number): string =>
  Math.abs(value) >= 1_000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
