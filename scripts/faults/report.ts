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
    ...confusion(pieces),
    ...further(pieces),
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

const CELL = /^(.*) \| (begun|not begun) \| (.*)$/;

/** Of spoilt answers: what was done, against what was said of it. */
function confusion(pieces: readonly KeptPiece[]): string[] {
  const { counts } = summed(pieces);
  const rows = new Map<string, { begun: string[]; not: string[] }>();
  for (const [name, count] of Object.entries(counts)) {
    const [, what = '', begun, state = ''] = CELL.exec(name) ?? [];
    if (begun === undefined) continue;
    const row = rows.get(what) ?? { begun: [], not: [] };
    rows.set(what, row);
    (begun === 'begun' ? row.begun : row.not).push(`${state} ${count}`);
  }
  if (rows.size === 0) return [];
  const lines = [...rows].map(
    ([what, { begun, not }]) => `| ${what} | ${begun.join(', ') || '–'} | ${not.join(', ') || '–'} |`,
  );
  return ['', '| answer | begun upstream | not begun |', '|---|---|---|', ...lines];
}

/** Figures that have no column, by scenario. */
function further(pieces: readonly KeptPiece[]): string[] {
  const lines = SCENARIOS.flatMap(({ name }) => {
    const { counts } = summed(pieces.filter(({ scenario }) => scenario === name));
    const said = Object.entries(counts).flatMap(([what, count]) =>
      CELL.test(what) ? [] : [`${what} ${count}`],
    );
    return said.length === 0 ? [] : [`* \`${name}\`: ${said.join(', ')}.`];
  });
  return lines.length === 0 ? [] : ['', 'Further figures:', '', ...lines];
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
