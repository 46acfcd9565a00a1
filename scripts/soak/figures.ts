import type { Minute, ProcessSample } from './samples.js';
import { allKeys } from './store-sample.js';
import { lineThrough, verdictOf, type Line, type Verdict } from './slope.js';

/** One figure over the time that counts. */
export interface Figure {
  of: string;
  what: string;
  /** Of the values; the slope is by the hour, or by the operation. */
  unit: 'MiB' | 'ms' | '' | 'B' | 'keys';
  per: 'hour' | 'operation';
  /** From the first minutes that count to the last ones. */
  first: number;
  last: number;
  line: Line | null;
  verdict: Verdict;
}

/** What a slope by the hour may be, as a share of the mean, and still is none. */
const ALLOWED_SHARE = 0.03;
/** Of an event loop, milliseconds by the hour: other work of the machine moves it. */
const ALLOWED_DELAY_MS = 5;
/** What an operation that ended may leave behind in Redis: its record, its indexes, its share of what is sent and counted. */
const ALLOWED_BYTES = 6_000;
const ALLOWED_KEYS = 3.2;
/** Of the run, at its beginning: what is compiled, cached and connected once. */
const WARMING_UP = 1 / 6;

const MEBI = 2 ** 20;
const OF_PROCESSES: readonly [
  what: string,
  unit: Figure['unit'],
  value: (sample: ProcessSample) => number,
  allowed?: number,
][] = [
  ['resident memory', 'MiB', ({ rssBytes }) => rssBytes / MEBI],
  ['heap after collections', 'MiB', ({ heapUsedBytes }) => heapUsedBytes / MEBI],
  ['handles', '', ({ activeHandles }) => activeHandles],
  ['open files', '', ({ openFiles }) => openFiles],
  ['event-loop delay p99', 'ms', ({ loopDelayP99Ms }) => loopDelayP99Ms, ALLOWED_DELAY_MS],
];

/** Those minutes that count. */
export function settled(minutes: readonly Minute[]): readonly Minute[] {
  return minutes.slice(Math.floor(minutes.length * WARMING_UP));
}

export function figuresOf(minutes: readonly Minute[]): Figure[] {
  const counted = settled(minutes);
  const names = [...new Set(counted.flatMap(({ processes }) => Object.keys(processes)))];
  const byHour = (
    of: string,
    what: string,
    unit: Figure['unit'],
    value: (minute: Minute) => number | undefined,
    allowed?: number,
  ): Figure => {
    const points = counted.flatMap((minute) => {
      const y = value(minute);
      return y === undefined || Number.isNaN(y) ? [] : [{ x: minute.minutes / 60, y }];
    });
    return figure({ of, what, unit, per: 'hour' }, points, allowed);
  };
  const byOperation = (
    what: string,
    unit: Figure['unit'],
    value: (minute: Minute) => number,
    allowed: number,
  ): Figure => {
    const points = counted.map((minute) => ({ x: endedUntil(minute), y: value(minute) }));
    return figure({ of: 'Redis', what, unit, per: 'operation' }, points, allowed);
  };
  return [
    ...names.flatMap((name) =>
      OF_PROCESSES.map(([what, unit, value, allowed]) =>
        byHour(name, what, unit, ({ processes }) => processes[name] && value(processes[name]), allowed),
      ),
    ),
    byHour('Redis', 'clients', '', ({ store }) => store.clients),
    byOperation('keys', 'keys', ({ store }) => allKeys(store), ALLOWED_KEYS),
    byOperation(
      'memory beside what is bounded',
      'B',
      ({ store }) => store.usedBytes - store.boundedBytes,
      ALLOWED_BYTES,
    ),
  ];
}

/** All that must not be, with how often it was. */
export function faultsOf({ work }: Minute): string[] {
  const mustNotBe = /left out|out of order|without an answer|operations UNKNOWN|reads 5|exports [45]/;
  return Object.entries(work).flatMap(([word, times]) => (mustNotBe.test(word) ? [`${word}: ${times}`] : []));
}

export function endedUntil({ work }: Minute): number {
  return ['SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED'].reduce(
    (sum, state) => sum + (work[`operations ${state}`] ?? 0),
    0,
  );
}

function figure(
  about: Pick<Figure, 'of' | 'what' | 'unit' | 'per'>,
  points: readonly { x: number; y: number }[],
  allowed?: number,
): Figure {
  const line = lineThrough(points);
  const limit = allowed ?? Math.abs(line?.mean ?? 0) * ALLOWED_SHARE;
  return {
    ...about,
    first: points[0]?.y ?? NaN,
    last: points.at(-1)?.y ?? NaN,
    line,
    verdict: line ? verdictOf(line, limit) : 'cannot tell',
  };
}
