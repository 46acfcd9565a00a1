import { Metrics, type Sample } from '../../../src/platform/metrics.js';
import { Scrape } from '../../support/prometheus.js';

let nowMs = 0;
let metrics: Metrics;
beforeEach(() => {
  nowMs = 0;
  metrics = new Metrics(() => nowMs);
});

const scraped = async (): Promise<Scrape> => new Scrape(await metrics.text());
const gauge = { name: 'drgw_test_jobs', help: 'Jobs of a test.', labelNames: ['queue'] } as const;

/** A gauge whose figure the test sets; says how often it was read. */
function settable(read: () => readonly Sample<'queue'>[] | Promise<readonly Sample<'queue'>[]>) {
  const counted = { reads: 0 };
  metrics.gauge(gauge, () => {
    counted.reads += 1;
    return read();
  });
  return counted;
}

describe('a gauge', () => {
  it('is read when it is asked for, and once in five seconds, however many ask', async () => {
    let jobs = 3;
    const counted = settable(() => [{ value: jobs, labels: { queue: 'watches' } }]);
    const [first] = await Promise.all([scraped(), scraped()]);
    expect(first.sum('drgw_test_jobs', { queue: 'watches' })).toBe(3);
    jobs = 4;
    nowMs = 4_999;
    expect((await scraped()).sum('drgw_test_jobs')).toBe(3);
    expect(counted.reads).toBe(1);
    nowMs = 5_000;
    expect((await scraped()).sum('drgw_test_jobs')).toBe(4);
  });

  it('that cannot be read is left out, and counted; the others are told', async () => {
    let isAway = true;
    settable(() => {
      if (isAway) throw new Error('Redis is away');
      return [{ value: 1, labels: { queue: 'watches' } }];
    });
    metrics.gauge({ name: 'drgw_test_plain', help: 'Plain.' }, () => [{ value: 7 }]);
    const without = await scraped();
    expect(without.sum('drgw_test_jobs')).toBeNull();
    expect(without.sum('drgw_test_plain')).toBe(7);
    expect((await scraped()).sum('drgw_gauge_read_failures_total', { gauge: 'drgw_test_jobs' })).toBe(1);
    isAway = false;
    nowMs = 5_000;
    expect((await scraped()).sum('drgw_test_jobs')).toBe(1);
  });

  it('without labels that is not known is not 0', async () => {
    metrics.gauge({ name: 'drgw_test_plain', help: 'Plain.' }, () => []);
    const { types } = await scraped();
    expect(types.get('drgw_test_plain')).toBe('gauge');
    expect((await scraped()).sum('drgw_test_plain')).toBeNull();
  });

  it('forgets what is not there any more', async () => {
    let queues = ['a', 'b'];
    settable(() => queues.map((queue) => ({ value: 1, labels: { queue } })));
    expect((await scraped()).sum('drgw_test_jobs')).toBe(2);
    queues = ['b'];
    nowMs = 5_000;
    const after = await scraped();
    expect(after.sum('drgw_test_jobs', { queue: 'a' })).toBeNull();
    expect(after.sum('drgw_test_jobs', { queue: 'b' })).toBe(1);
  });
});

it('a counter counts, and a histogram notes, by their labels', async () => {
  const count = metrics.counter({ name: 'drgw_test_total', help: 'A count.', labelNames: ['kind'] });
  const note = metrics.histogram({ name: 'drgw_test_seconds', help: 'A time.' }, [1, 10]);
  count({ kind: 'OOM' });
  count({ kind: 'OOM' }, 2);
  note({}, 5);
  const scrape = await scraped();
  expect(scrape.sum('drgw_test_total', { kind: 'OOM' })).toBe(3);
  expect(scrape.sum('drgw_test_seconds_bucket', { le: '1' })).toBe(0);
  expect(scrape.sum('drgw_test_seconds_bucket', { le: '10' })).toBe(1);
});

it('a process tells of its event loop, memory and processor', async () => {
  const { types } = await scraped();
  for (const name of [
    'nodejs_eventloop_lag_p99_seconds',
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
  ])
    expect(types.has(name)).toBe(true);
});
