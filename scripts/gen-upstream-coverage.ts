import { COVERED_UPSTREAMS, coverageOf, type Covered, type CoveredUpstream } from './coverage.js';
import { code, page, table } from './markdown.js';

const INTRODUCTION = `# What of the upstreams is ours

Every operation of both references, one row each: where it is on this surface, what the gateway uses it for itself, or why it is
not ours. The rows are data (\`scripts/upstreams/\`); a test holds them to the simulators' routes, to openapi.json, and to what the
drivers really send.`;

/** `docs/upstream-coverage.md`. */
export function upstreamCoverage(): string {
  const upstreams = Object.keys(COVERED_UPSTREAMS) as CoveredUpstream[];
  return page(INTRODUCTION, counts(upstreams), ...upstreams.map(part));
}

function counts(upstreams: readonly CoveredUpstream[]): string {
  return table(
    ['', 'Operations', 'On our surface', 'Used inside', 'Not ours'],
    upstreams.map((upstream) => {
      const rows = coverageOf(upstream);
      const having = (kind: 'ours' | 'inside' | 'not'): string =>
        String(rows.filter((row) => row[kind] !== undefined).length);
      return [code(upstream), String(rows.length), having('ours'), having('inside'), having('not')];
    }),
  );
}

function part(upstream: CoveredUpstream): string {
  const rows = coverageOf(upstream).map((row, i) => [
    String(i + 1),
    row.word ? `${code(row.call)} ${code(row.word)}` : code(row.call),
    row.purpose,
    place(row),
  ]);
  return `## ${COVERED_UPSTREAMS[upstream]}\n\n${table(['#', 'Operation', 'Purpose', 'Here'], rows)}`;
}

function place({ ours, inside, not }: Covered): string {
  if (ours) return ours.map(code).join('<br>');
  return inside ? `*Inside:* ${inside}` : `*Not ours:* ${not ?? ''}`;
}
