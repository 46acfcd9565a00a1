import { problem } from '#gateway/domain/problem';
import { PROBLEMS, type ProblemCode } from '#gateway/domain/problem-kinds';
import type { ErrorSignal } from '#gateway/providers/provider-error';
import { problemCodeOf, refusalCodeOf } from '#gateway/providers/provider-problem';
import { SDRS_SIGNALS } from '#gateway/providers/sdrs/wire/sdrs.error-codes';
import { SRM_SIGNALS } from '#gateway/providers/srm/wire/srm.error-table';
import { code, fenced, page, table } from './markdown.js';

const INTRODUCTION = `# Problems

Every error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem, as the answer to a request and, in the same
shape, as the \`error\` of an operation. Act upon \`code\`: titles and details are for people and may change.
*Retryable* means that the same request may succeed later without anybody changing anything; \`retryable\` in the problem itself
speaks of the case at hand and has the last word.

Under *upstream signals* stand the rows of the drivers' error tables that lead to a problem: as an answer to a **read**, as the
**refusal** of a state-changing request, or as the end of a **job**. Refusals about a login or a rate are not told at all: the
gateway sends the request again by itself, until the start deadline. Any other answer to a state-changing request (5xx, a page of a
proxy, an error inside a success, silence) is no problem but an operation in \`RECONCILING\`: it is never sent again.
† one cloud only, ‡ dropped from the newest document, ¶ reads like the end of a job.`;

const PROVIDERS: readonly (readonly [provider: string, signals: readonly ErrorSignal[]])[] = [
  ['sdrs', SDRS_SIGNALS],
  ['srm', SRM_SIGNALS],
];

/** `docs/problems.md`. */
export function problemReference(): string {
  const all = (Object.keys(PROBLEMS) as ProblemCode[]).sort(
    (a, b) => PROBLEMS[a].status - PROBLEMS[b].status || a.localeCompare(b),
  );
  const overview = table(
    ['Status', 'Code', 'Title', 'Retryable'],
    all.map((name) => [
      String(PROBLEMS[name].status),
      `[${code(name)}](#${name})`,
      PROBLEMS[name].title,
      PROBLEMS[name].retryable ? 'yes' : 'no',
    ]),
  );
  return page(INTRODUCTION, overview, ...all.map(section));
}

function section(name: ProblemCode): string {
  const { status, meaning, remedy, retryable } = PROBLEMS[name];
  const rows = PROVIDERS.flatMap(([provider, signals]) =>
    signals.flatMap((one) => signalRow(name, provider, one)),
  );
  return [
    `## ${name}`,
    `${status}, ${retryable ? 'retryable' : 'not retryable'}. ${meaning}`,
    `**What to do:** ${remedy}`,
    ...(rows.length === 0
      ? []
      : [`**Upstream signals**`, table(['Provider', 'Signal', 'Meaning', 'As', 'Retryable'], rows)]),
    fenced('json', JSON.stringify(problem(name, meaning), null, 2)),
  ].join('\n\n');
}

/** Refusals that are sent again by the gateway itself become no problem, … */
const SENT_AGAIN: readonly ErrorSignal['kind'][] = ['UNAUTHENTICATED', 'RATE_LIMITED'];
/** … and what comes as a 5xx, or as nothing known, is no refusal. */
const NO_REFUSAL: readonly ErrorSignal['kind'][] = ['UPSTREAM_FAULT', 'UNAVAILABLE', 'TIMEOUT', 'BAD_ANSWER'];

function isToldAsRefusal({ kind, askedAgainBy, endsJobs }: ErrorSignal): boolean {
  if (askedAgainBy !== 'GATEWAY') return true;
  return !SENT_AGAIN.includes(kind) && (endsJobs || !NO_REFUSAL.includes(kind));
}

function signalRow(name: ProblemCode, provider: string, signal: ErrorSignal): string[][] {
  const { kind, askedAgainBy } = signal;
  const roads = [
    ...(problemCodeOf(kind) === name ? ['read'] : []),
    ...(refusalCodeOf(kind) === name && isToldAsRefusal(signal) ? ['refusal'] : []),
    ...(name === 'upstream-failed' && signal.endsJobs ? ['job'] : []),
  ];
  if (roads.length === 0) return [];
  const retryable = name !== 'upstream-failed' && askedAgainBy !== 'NOBODY';
  return [[provider, signal.signal, signal.says, roads.join(', '), retryable ? 'yes' : 'no']];
}
