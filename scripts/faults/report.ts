import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { percentile } from '../measure/statistics.js';
import { SCENARIOS } from './catalogue.js';
import type { KeptPiece, Results } from './results.js';
import { summed, type Scenario } from './scenario.js';

const PAGE = resolve('docs/guarantees.md');
const BEGIN = '<!-- faults:begin -->';
const END = '<!-- faults:end -->';

/** Writes the table of everything that was found so far between its marks; the rest of the page stays. */
export function writeTable(results: Results): void {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no ${BEGIN} … ${END}`);
  writeFileSync(
    PAGE,
    page.slice(0, from + BEGIN.length) + `\n\n${faultsTable(results)}\n\n` + page.slice(to),
  );
}

export function faultsTable(results: Results): string {
  const pieces = results.pieces();
  const rows = SCENARIOS.flatMap((scenario) => rowOf(scenario, pieces));
  const commits = [...new Set(pieces.map(({ commit }) => commit))];
  const minutes = Math.round(pieces.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  return [
    '| fault | `npm run faults --` | runs | operations | lost | repeated | false | 95 % bound | ambiguous | UNKNOWN | never sent | resume p50 | p99 |',
    '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...rows,
    '',
    `Measured on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; ` +
      `${minutes} minutes of pieces; commit ${commits.join(', ') || 'none'}; ${span(pieces)}.`,
    '',
    'The bound: 0 in n operations means below 3/n at 95 %. UNKNOWN: a person was asked; "never sent" are those of them whose request never reached the upstream, which no evidence can show.',
    ...SCENARIOS.flatMap(({ name, resume }) => (resume ? ['', `\`${name}\`: resume is ${resume}.`] : [])),
    ...notes(pieces),
  ].join('\n');
}

function rowOf({ name, fault }: Scenario, pieces: readonly KeptPiece[]): string[] {
  const own = pieces.filter(({ scenario }) => scenario === name);
  if (own.length === 0) return [];
  const { runs, operations, lost, repeated, falseVerdicts, ambiguous, unknown, unknownUnsent, resumeMs } =
    summed(own);
  const bound =
    lost + repeated + falseVerdicts === 0 && operations > 0
      ? `${((3 / operations) * 100).toFixed(2)} %`
      : '–';
  const cells = [
    fault,
    `\`${name}\``,
    runs,
    operations,
    lost,
    repeated,
    falseVerdicts,
    bound,
    ambiguous,
    unknown,
    unknownUnsent,
    secondsOf(percentile(resumeMs, 0.5)),
    secondsOf(percentile(resumeMs, 0.99)),
  ];
  return [`| ${cells.join(' | ')} |`];
}

function notes(pieces: readonly KeptPiece[]): string[] {
  const found = pieces.flatMap(({ scenario, notes: said }) =>
    said.map((note) => `* \`${scenario}\`: ${note}`),
  );
  return found.length === 0 ? [] : ['', 'Beside the columns:', '', ...new Set(found)];
}

function span(pieces: readonly KeptPiece[]): string {
  const times = pieces.map(({ at }) => at).sort();
  return times.length === 0 ? 'nothing yet' : `${times[0] ?? ''} to ${times.at(-1) ?? ''}`;
}

const secondsOf = (ms: number | null): string => (ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`);
