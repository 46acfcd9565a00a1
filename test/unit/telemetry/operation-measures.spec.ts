import { RedisOperationStore } from '../../../src/operations/redis-operation-store.js';
import { WatchMarks } from '../../../src/operations/redis-watch-marks.js';
import { WrittenVersions } from '../../../src/operations/written-versions.js';
import { Metrics } from '../../../src/platform/metrics.js';
import { measureOperations } from '../../../src/telemetry/operation-measures.js';
import { countOpenStates } from '../../../src/telemetry/redis-open-states.js';
import { newcomer } from '../../conformance/operation-store/subject.js';
import { Scrape } from '../../support/prometheus.js';
import { accepted, intent } from '../support/changes.js';
import { redisForThisFile } from '../support/redis.js';
import { TestClock } from '../support/test-clock.js';

const the = redisForThisFile();

function work() {
  const clock = new TestClock();
  const metrics = new Metrics();
  const written = new WrittenVersions();
  measureOperations(written, metrics);
  const store = new RedisOperationStore(the.redis, clock, undefined, undefined, undefined, written);
  const scraped = async (): Promise<Scrape> => new Scrape(await metrics.text());
  return { clock, store, scraped };
}

const succeeded = {
  kind: 'VERDICT',
  state: 'SUCCEEDED',
  outcome: 'FULL',
  problem: null,
  text: 'It is there.',
} as const;

describe('the measures of operations', () => {
  it('count an operation once when it is accepted, and once with its verdict, with the time between them', async () => {
    const { clock, store, scraped } = work();
    const { id } = newcomer();
    await store.accept(newcomer({ id }), { keyHash: 'k', fingerprint: 'f' });
    // The same again is the same operation.
    await store.accept(newcomer({ id }), { keyHash: 'k', fingerprint: 'f' });
    clock.advance(2_000);
    await store.transition(id, intent(0, 'attempt-1', 'failover move-books'));
    clock.advance(1_000);
    await store.transition(id, accepted('attempt-1', 'job-1'));
    clock.advance(60_000);
    await store.transition(id, succeeded);
    // A record that is closed is closed.
    await store.transition(id, succeeded);
    const scrape = await scraped();
    const labels = { action: 'FAILOVER', provider: 'memory' };
    expect(scrape.sum('drgw_operations_accepted_total', { ...labels, origin: 'GATEWAY' })).toBe(1);
    const ended = { ...labels, state: 'SUCCEEDED', outcome: 'FULL' };
    expect(scrape.sum('drgw_operation_duration_seconds_count', ended)).toBe(1);
    expect(scrape.sum('drgw_operation_duration_seconds_sum', ended)).toBe(63);
    expect(scrape.sum('drgw_operation_phase_duration_seconds_sum', { phase: 'upstream' })).toBe(60);
    expect(scrape.sum('drgw_operations_unknown_total')).toBeNull();
  });

  it('count what becomes UNKNOWN', async () => {
    const { store, scraped } = work();
    const { id } = newcomer();
    await store.accept(newcomer({ id }), null);
    await store.transition(id, intent(0, 'attempt-1', 'failover move-books'));
    await store.transition(id, { kind: 'AMBIGUOUS', attemptId: 'attempt-1', evidence: 'It broke.' });
    await store.transition(id, { kind: 'UNDECIDED', evidence: 'Nothing shows.' });
    expect((await scraped()).sum('drgw_operations_unknown_total', { provider: 'memory' })).toBe(1);
  });

  it('tell how many are in each state that is not the end', async () => {
    const { store } = work();
    const ids = ['alpha', 'alpha', 'beta', 'gamma', 'delta'].map((siteId) => newcomer({ siteId }));
    for (const one of ids) await store.accept(one, null);
    const [first, second] = ids;
    await store.transition(first?.id ?? '', intent(0, 'attempt-1', 'failover move-books'));
    await store.transition(second?.id ?? '', { ...succeeded, state: 'REJECTED', outcome: 'NONE' });
    const counts = Object.fromEntries(
      (await countOpenStates(the.redis)).map(({ state, operations }) => [state, operations]),
    );
    expect(counts).toMatchObject({ PENDING: 3, SUBMITTING: 1, RUNNING: 0, UNKNOWN: 0 });
    expect(counts).not.toHaveProperty('REJECTED');
  });
});

describe('the operation that was left alone longest', () => {
  const marked = (clock: TestClock): WatchMarks =>
    new WatchMarks(the.redis, clock, (error) => {
      throw error;
    });

  it('is as old as itself, or as the last look at its site, whoever had that', async () => {
    const { clock, store } = work();
    const [here, there] = [marked(clock), marked(clock)];
    expect(await here.longestUnwatchedMs()).toBe(0);
    await store.accept(newcomer({ siteId: 'alpha' }), null);
    await store.accept(newcomer({ siteId: 'beta' }), null);
    clock.advance(60_000);
    expect(await here.longestUnwatchedMs()).toBe(60_000);
    there.note('alpha');
    expect(await here.longestUnwatchedMs()).toBe(60_000);
    here.note('beta');
    expect(await there.longestUnwatchedMs()).toBe(0);
    clock.advance(30_000);
    there.note('alpha');
    expect(await here.longestUnwatchedMs()).toBe(30_000);
  });

  it('is no longer one that has ended', async () => {
    const { clock, store } = work();
    const operation = newcomer();
    await store.accept(operation, null);
    clock.advance(60_000);
    await store.transition(operation.id, { ...succeeded, state: 'REJECTED', outcome: 'NONE' });
    expect(await marked(clock).longestUnwatchedMs()).toBe(0);
  });

  it('costs a note in ten seconds, however often its site is looked at', async () => {
    const { clock } = work();
    const marks = marked(clock);
    marks.note('alpha');
    await the.redis.ping();
    await the.redis.flushall();
    clock.advance(9_999);
    marks.note('alpha');
    await the.redis.ping();
    expect(await the.redis.dbsize()).toBe(0);
    clock.advance(1);
    marks.note('alpha');
    await the.redis.ping();
    expect(await the.redis.dbsize()).toBe(1);
  });
});
