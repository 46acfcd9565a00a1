import { table } from '../markdown.js';
import type { TrafficView } from '../../simulators/engine/traffic.js';
import type { measureEnds, LevelFigures } from './in-flight.js';
import { LISTS, type WeatherFigures } from './lists.js';
import type { NaiveFigures } from './naive-poller.js';
import type { NonsenseFigures } from './nonsense.js';
import type { SiteKind } from './simulated-site.js';
import type { Spread } from './statistics.js';

export interface Figures {
  machine: string;
  minutes: number;
  listed: Record<SiteKind, number>;
  watched: Record<SiteKind, number>;
  weathers: WeatherFigures[];
  refresh: { kind: SiteKind; ms: number; byRoute: Record<string, number> }[];
  idle: { kind: SiteKind; traffic: TrafficView }[];
  nonsense: NonsenseFigures[];
  levels: LevelFigures[];
  ends: Awaited<ReturnType<typeof measureEnds>>[];
  naive: NaiveFigures[];
  /** Plans that could not be failed over at all, with the reason. */
  refusals: string[];
}

const SITES: Record<SiteKind, string> = { sdrs: 'SDRS', srm: 'SRM' };

/** The page as it is kept: what was measured, in tables, and how. */
export function measurementsPage(figures: Figures): string {
  const { listed, watched, machine, minutes } = figures;
  return `# Measurements

Written by \`npm run measure\`, which took ${minutes.toFixed(0)} minutes on ${machine}; the simulated sites, Redis, one API process, one worker and
the measuring client share that machine. Redis writes nothing to its disk, the journal is synced to it. Everything else runs with the settings of a deployment that sets none: a look at a site's operations every 5 s,
a refresh every 30 s, the drivers' own budgets. The simulated SRM has its rate limiter on (50 requests a minute for a session, 100 for an address), the
simulated SDRS throttles at 200 calls a second.

## Requests per minute, by operations in flight

${watched.sdrs} groups at SDRS, ${watched.srm} plans at SRM, operations on both at once. "Busiest minute" is the most that the site met in any sixty seconds of the window, of all
requests and of one session. The delay is from the end upstream (the instant at which the simulator was told to end it) to the verdict's time.

${inFlightTable(figures)}

Ended upstream all at once, as fast as the simulators could:

${table(
  [
    'site',
    'operations',
    'verdict after: p50',
    'p99',
    'last',
    'busiest minute',
    'met a 429',
    'without verdict',
  ],
  figures.ends.map(({ kind, verdicts, missing, traffic }) => [
    SITES[kind],
    count(verdicts.count),
    ...seconds(verdicts),
    count(traffic.peak.requests),
    count(refusedIn(traffic)),
    missingText(missing),
  ]),
)}

How they came in flight: they are accepted by processes whose budgets are lifted in the sites file, while the simulator's limiter is off, because accepting one plan of
SRM takes about a dozen reads of its own, before and after the 202. Those processes are then stopped, and others start with the drivers' own budgets, find the operations in Redis, and are
measured with the limiter on. The simulated work lasts for hours; what is to end is ended by the simulator's control API.${refusalText(figures.refusals)}

## The same by a poller that asks for every job by itself

Every five seconds, one GET for each operation in flight, from an address and with a session of its own, against the same simulators for one minute each.

${table(
  ['site', 'in flight', 'requests in the minute', 'answered', 'met a 429', 'first 429 after'],
  figures.naive.map(({ kind, inFlight, asked, answered, refused, firstRefusalSeconds }) => [
    SITES[kind as SiteKind],
    count(inFlight),
    count(asked),
    count(answered),
    count(refused),
    firstRefusalSeconds === null ? '–' : `${firstRefusalSeconds} s`,
  ]),
)}

## What a refresh asks

${listed.sdrs} groups at SDRS, ${listed.srm} plans at SRM. Requests of one refresh that a client insisted on (\`Cache-Control: no-cache\`; it waited ${Math.round(figures.refresh[0]?.ms ?? 0)} ms for both sites):

${table(
  ['site', 'requests', 'which'],
  figures.refresh.map(({ kind, byRoute }) => [
    SITES[kind],
    count(Object.values(byRoute).reduce((sum, hits) => sum + hits, 0)),
    Object.entries(byRoute)
      .map(([route, hits]) => `${hits} × \`${shortened(route)}\``)
      .join(', '),
  ]),
)}

Nothing in flight, lists asked for without a pause: ${figures.idle
    .map(({ kind, traffic }) => `${SITES[kind]} met ${traffic.peak.requests} requests in its busiest minute`)
    .join(', ')}.

## Lists: latency by what the sites do

${listed.sdrs} groups, ${listed.srm} plans. Milliseconds until the last byte, p50 / p99, as a client on the same machine sees them. No request waits for a site.

${table(
  ['list', 'kB', ...figures.weathers.map(({ weather }) => weather)],
  Object.keys(LISTS).map((list) => [
    list,
    kilobytes(figures.weathers[0], list),
    ...figures.weathers.map((weather) => latencyOf(weather, list)),
  ]),
)}

What \`sources[]\` said at the end of each: ${figures.weathers
    .map(({ weather, sources }) => `*${weather}*: ${sources.map(sourceText).join(', ')}`)
    .join('; ')}.

## Nonsense in place of an inventory

What the list of groups said while the site told each of these, and after it. It insisted on being fresh (\`Cache-Control: no-cache\`), with the budgets lifted.

${table(
  ['the site answers', 'site', 'groups shown', '`sources[]`', 'afterwards'],
  figures.nonsense.map(({ lie, kind, before, during, source, unknown, after, afterState }) => [
    lie,
    SITES[kind],
    `${during} of ${before}${unknown > 0 ? `, ${unknown} of them UNKNOWN` : ''}`,
    source ? `${source.state}${source.error ? `, \`${source.error.code}\`` : ''}` : '–',
    `${after}, ${afterState ?? '–'}`,
  ]),
)}
`;
}

function inFlightTable({ levels }: Figures): string {
  return table(
    [
      'site',
      'in flight',
      'requests in the last minute',
      'busiest minute',
      'of one session',
      'met a 429',
      'ended',
      'verdict after: p50',
      'p99',
      'without verdict',
    ],
    [...levels]
      .sort((one, other) => one.kind.localeCompare(other.kind) || one.inFlight - other.inFlight)
      .map(({ kind, wanted, inFlight, traffic, verdicts, missing }) => [
        SITES[kind],
        inFlight < wanted ? `${inFlight} (of ${wanted} in four minutes)` : count(inFlight),
        count(traffic.lastMinute.requests),
        count(traffic.peak.requests),
        count(traffic.peak.ofOneSession),
        count(refusedIn(traffic)),
        count(verdicts.count + missing.length),
        ...seconds(verdicts).slice(0, 2),
        missingText(missing),
      ]),
  );
}

function latencyOf({ lists }: WeatherFigures, list: string): string {
  const figures = lists.find((each) => each.list === list);
  if (!figures) return '–';
  if (figures.failures.length > 0) return `failed: ${figures.failures[0] ?? ''}`;
  const { p50, p99 } = figures.latency;
  return `${milliseconds(p50)} / ${milliseconds(p99)}`;
}

function kilobytes(weather: WeatherFigures | undefined, list: string): string {
  const bytes = weather?.lists.find((each) => each.list === list)?.bytes ?? 0;
  return (bytes / 1000).toFixed(0);
}

const sourceText = ({ siteId, state, ageSeconds, error }: WeatherFigures['sources'][number]): string =>
  `${siteId} ${state}, ${ageSeconds ?? '?'} s old${error ? ` (\`${error.code}\`)` : ''}`;

const refusedIn = ({ lastMinute, minutes }: TrafficView): number =>
  Math.max(
    lastMinute.refused,
    minutes.reduce((sum, { refused }) => sum + refused, 0),
  );

const missingText = (missing: readonly string[]): string =>
  missing.length === 0 ? '0' : `${missing.length} (${missing.slice(0, 2).join('; ')})`;

const refusalText = (refusals: readonly string[]): string =>
  refusals.length === 0
    ? ''
    : `\nNot among them: ${refusals.length} that did not get there, such as ${refusals[0] ?? ''}.`;

const seconds = ({ p50, p99, most }: Spread): string[] =>
  [p50, p99, most].map((ms) => (ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`));

const milliseconds = (ms: number | null): string => (ms === null ? '–' : ms.toFixed(ms < 10 ? 1 : 0));

const count = (number: number): string => String(number);

const shortened = (route: string): string =>
  route.replace(/\/v1\/:project_id|\/api\/rest\/srm\/v2|\/pairings\/:pairing_id/g, '');
