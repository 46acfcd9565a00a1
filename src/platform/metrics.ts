import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { withinMs } from './within.js';

/** What a measure is called, in base units, and what tells its values apart: never an id, only words of which there are few. */
export interface Measure<Label extends string = never> {
  name: string;
  help: string;
  labelNames?: readonly Label[];
}

/** One value of a gauge. */
export interface Sample<Label extends string = never> {
  value: number;
  labels?: Readonly<Record<Label, string>>;
}

/** A gauge is read at most so often, however many ask. */
const GOOD_FOR_MS = 5_000;
/** A read that takes longer leaves its gauge out of this answer. */
const READ_WITHIN_MS = 2_000;

/** The measures of this process. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests: Histogram;
  private readonly unread: Counter;

  /** @param monotonicMs for how long a gauge that was read is still good */
  constructor(private readonly monotonicMs: () => number = () => performance.now()) {
    collectDefaultMetrics({ register: this.registry });
    this.requests = this.newHistogram(
      {
        name: 'drgw_http_request_duration_seconds',
        help: 'Time to answer a request, by route.',
        labelNames: ['method', 'route', 'status'],
      },
      [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
    );
    this.unread = this.newCounter({
      name: 'drgw_gauge_read_failures_total',
      help: 'Gauges that could not be read when they were asked for, and were left out of the answer.',
      labelNames: ['gauge'],
    });
  }

  /** `route` is the pattern, never the path. */
  request(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status: String(status) }, seconds);
  }

  /** The returned function counts. */
  counter<Label extends string = never>(
    measure: Measure<Label>,
  ): (labels: Readonly<Record<Label, string>>, by?: number) => void {
    const counter = this.newCounter(measure);
    return (labels, by = 1) => counter.inc(labels, by);
  }

  /** The returned function notes one value. */
  histogram<Label extends string = never>(
    measure: Measure<Label>,
    buckets: readonly number[],
  ): (labels: Readonly<Record<Label, string>>, value: number) => void {
    const histogram = this.newHistogram(measure, buckets);
    return (labels, value) => histogram.observe(labels, value);
  }

  /**
   * A figure that is read when it is asked for, and kept for some seconds.
   * @param read may throw: then the gauge is left out, and counted as unread
   */
  gauge<Label extends string = never>(
    measure: Measure<Label>,
    read: () => readonly Sample<Label>[] | Promise<readonly Sample<Label>[]>,
    goodForMs = GOOD_FOR_MS,
  ): void {
    let known: { atMs: number; samples: Promise<readonly Sample<Label>[]> } | null = null;
    const samples = (): Promise<readonly Sample<Label>[]> => {
      const now = this.monotonicMs();
      if (!known || now - known.atMs >= goodForMs)
        known = { atMs: now, samples: this.readOnce(measure, read) };
      return known.samples;
    };
    const gauge: Gauge = new Gauge({
      ...named(measure),
      registers: [this.registry],
      collect: async () => {
        const found = await samples();
        gauge.reset();
        // Without labels, a reset gauge is 0: what is not known must not look like none.
        if (found.length === 0 && !measure.labelNames?.length) gauge.remove();
        for (const { value, labels } of found) gauge.set(labels ?? {}, value);
      },
    });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  private async readOnce<Label extends string>(
    { name }: Measure<Label>,
    read: () => readonly Sample<Label>[] | Promise<readonly Sample<Label>[]>,
  ): Promise<readonly Sample<Label>[]> {
    try {
      return await withinMs(READ_WITHIN_MS, Promise.resolve().then(read));
    } catch {
      this.unread.inc({ gauge: name });
      return [];
    }
  }

  private newCounter<Label extends string>(measure: Measure<Label>): Counter {
    return new Counter({ ...named(measure), registers: [this.registry] });
  }

  private newHistogram<Label extends string>(measure: Measure<Label>, buckets: readonly number[]): Histogram {
    return new Histogram({ ...named(measure), buckets: [...buckets], registers: [this.registry] });
  }
}

function named<Label extends string>({ name, help, labelNames }: Measure<Label>) {
  return { name, help, labelNames: [...(labelNames ?? [])] as string[] };
}
