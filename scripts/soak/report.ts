import { cpus } from 'node:os';
import { table } from '../markdown.js';
import { endedUntil, faultsOf, figuresOf, settled, type Figure } from './figures.js';
import type { Minute } from './samples.js';
import { allKeys } from './store-sample.js';

export interface SoakReport {
  /** Nothing grows, and nothing happened that must not. */
  good: boolean;
  /** Markdown. */
  text: string;
}

/** What `docs/soak.md` says of a run. */
export function soakReport(minutes: readonly Minute[], commit: string): SoakReport {
  const last = minutes.at(-1);
  if (!last) throw new Error('there is no minute yet');
  const figures = figuresOf(minutes);
  const faults = faultsOf(last);
  const growing = figures.filter(({ verdict }) => verdict === 'grows');
  const open = figures.filter(({ verdict }) => verdict === 'cannot tell');
  const pace = paceOf(minutes);
  const good = growing.length === 0 && faults.length === 0 && pace <= UNSTEADY;
  const verdict = [
    growing.length === 0 ? 'Nothing was seen to grow' : `Growing: ${named(growing)}`,
    ...(pace > UNSTEADY
      ? [
          `**not steady**: ${short(pace)} times as many operations a minute in the second half as in the first, so the slopes tell of that, too`,
        ]
      : []),
    ...(open.length === 0 ? [] : [`too noisy to tell: ${named(open)}`]),
    faults.length === 0 ? 'nothing happened that must not' : `what must not be: ${faults.join(', ')}`,
  ].join('; ');
  return {
    good,
    text: page([
      ...ABOUT,
      ...ofRun(minutes, last, commit),
      `**Verdict.** ${verdict}.`,
      figuresTable(figures),
      keys(last),
      work(last),
      course(minutes),
    ]),
  };
}

const ABOUT = [
  '# Soak',
  '`npm run soak -- --minutes 60` runs two API and two worker processes as they ship, a Redis that keeps an append-only file, and both simulated sites on one machine, under steady work: failovers, reprotections and drills on both sites, lists, single reads and what has to be refused, exports, ' +
    'readers of events that come, go and come back (some take nothing), and three webhooks whose endpoint fails now and then. Every minute it notes what each process and Redis take. `--report` writes this page from the minutes that are kept; `--seed` is the seed of what is asked.',
  'A figure **grows** if its slope is above what is allowed at two standard errors (3 % of its mean by the hour; an event loop 5 ms by the hour; in Redis 6,000 bytes and 3.2 keys for each operation that ended, which is what the history keeps of it: record, idempotency key and the job it was), and is **flat** if it is within that at two standard errors. ' +
    'Neighbouring minutes are alike, so that the error counts them as fewer. The first sixth of the run is left out. The heap is the least of six looks in a minute. An hour shows what grows by some per cent in an hour, and nothing slower. Bounded by something else than time are the streams of events (100,000 entries each) and the logs of webhook deliveries.',
];

/** Times the pace of the first half that counts; what a machine does beside makes it another one. */
const UNSTEADY = 1.5;

function paceOf(minutes: readonly Minute[]): number {
  const rows = settled(minutes);
  const [first, middle, last] = [rows[0], rows[Math.floor(rows.length / 2)], rows.at(-1)];
  if (!first || !middle || !last) return 1;
  const between = (one: Minute, other: Minute): number =>
    (endedUntil(other) - endedUntil(one)) / (other.minutes - one.minutes);
  const [before, after] = [between(first, middle), between(middle, last)];
  return Math.max(after / before, before / after) || 1;
}

function ofRun(minutes: readonly Minute[], last: Minute, commit: string): string[] {
  const loads = minutes.map(({ load }) => load).sort((a, b) => a - b);
  return [
    '## The last run',
    `${last.minutes.toFixed(0)} minutes until ${last.at}, of which ${settled(minutes).length} rows count; commit ${commit}; ${cpus().length} cores, Node ${process.version}, load average ${loads[0]} to ${loads.at(-1)} (median ${loads[Math.floor(loads.length / 2)]}); ${endedUntil(last)} operations ended.`,
  ];
}

function figuresTable(figures: readonly Figure[]): string {
  return table(
    ['of', 'figure', 'first', 'last', 'slope', '± error', 'verdict'],
    figures.map(({ of, what, unit, per, first, last, line, verdict }) => [
      of,
      what,
      `${valueOf(first, unit)}`,
      `${valueOf(last, unit)}`,
      line ? `${short(line.slope)}${unit === '' ? '' : ` ${unit}`} / ${per}` : '–',
      line ? short(line.error) : '–',
      verdict,
    ]),
  );
}

function work({ work: counts, minutes }: Minute): string {
  const rows = Object.entries(counts).map(([word, times]) => [word, String(times), short(times / minutes)]);
  return `## What was done\n\n${table(['what', 'times', 'a minute'], rows)}`;
}

function keys({ store }: Minute): string {
  const rows = Object.entries(store.keys).sort(([, one], [, other]) => other - one);
  return `Keys in Redis at the end: ${rows.map(([kind, count]) => `${count} of ${kind}`).join(', ')}.`;
}

/** Some twenty rows of it. */
function course(minutes: readonly Minute[]): string {
  const every = Math.max(1, Math.ceil(minutes.length / 20));
  const shown = minutes.filter((_, i) => i % every === every - 1);
  const names = Object.keys(shown[0]?.processes ?? {});
  const rows = shown.map(({ minutes: at, processes, store, load }, i) => [
    at.toFixed(1),
    ...names.map((name) => {
      const sample = processes[name];
      return sample ? `${mebi(sample.rssBytes)} / ${mebi(sample.heapUsedBytes)}` : '–';
    }),
    String(allKeys(store)),
    mebi(store.usedBytes),
    mebi(store.boundedBytes),
    String(endedUntil(shown[i] as Minute) - (shown[i - 1] ? endedUntil(shown[i - 1] as Minute) : 0)),
    String(load),
  ]);
  const head = [
    'minute',
    ...names.map((name) => `${name}: RSS / heap, MiB`),
    'keys',
    'Redis, MiB',
    'of it bounded',
    'operations since',
    'load',
  ];
  return `## Its course\n\n${table(head, rows)}`;
}

const named = (figures: readonly Figure[]): string =>
  figures.map(({ of, what }) => `${of}, ${what}`).join('; ');

const mebi = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

function valueOf(value: number, unit: Figure['unit']): string {
  return unit === 'B' ? `${mebi(value)} MiB` : `${short(value)} ${unit}`.trim();
}

const short = (value: number): string =>
  Math.abs(value) >= 1_000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

const page = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`;
