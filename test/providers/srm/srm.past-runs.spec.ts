import {
  srmSimulator,
  type SrmSettings as SrmSimulatorSettings,
  type SrmWorld,
} from '../../../simulators/srm/srm.simulator.js';
import type { PastRun, PastRunsPage } from '../../../src/domain/past-run.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { pastRunOf } from '../../../src/providers/srm/reading/srm.past-runs.js';
import { srm } from '../../../src/providers/srm/srm.factory.js';
import { SimulatorShelf, type SimulatedSite } from '../../conformance/provider/harnesses/simulated-site.js';
import { Workbench } from '../../conformance/provider/harnesses/workbench.js';
import { patiently } from '../../conformance/provider/journey.js';

const REPORT = {
  plan_name: 'erp-plan',
  username: 'VSPHERE.LOCAL\\dr-team',
  operation_type: 'FAILOVER',
  start_time_ms: 1_700_000_000_000,
  human_friendly_duration: '1 m 5 s',
  duration_ms: 65_000,
  result_state: 'WARNINGS',
  error_count: 1,
  warning_count: 1,
  run_key: 2005,
  errors_list: ['A VM could not be powered on.'],
  warnings_list: ['VMware Tools did not answer.'],
};

describe('a report of the history', () => {
  it('is a run, with whatever else its word may stand for', () => {
    expect(pastRunOf(REPORT)).toEqual({
      id: '2005',
      action: 'FAILOVER',
      orElse: ['PLANNED_FAILOVER'],
      targetType: 'RECOVERY_PLAN',
      targetNativeId: null,
      targetName: 'erp-plan',
      state: 'SUCCEEDED',
      outcome: 'PARTIAL',
      upstreamState: 'WARNINGS',
      requestedBy: 'VSPHERE.LOCAL\\dr-team',
      startedTime: '2023-11-14T22:13:20.000Z',
      endedTime: '2023-11-14T22:14:25.000Z',
      errors: ['A VM could not be powered on.'],
      warnings: ['VMware Tools did not answer.'],
    });
  });

  it.each([
    ['SUCCESS', 'SUCCEEDED', 'FULL'],
    ['WARNINGS', 'SUCCEEDED', 'FULL'],
    ['ERRORS', 'FAILED', 'PARTIAL'],
    ['CANCELLED', 'CANCELLED', 'PARTIAL'],
  ])('that ended with %s is %s, %s', (result_state, state, outcome) => {
    const report = { ...REPORT, result_state, error_count: 0, errors_list: null };
    expect(pastRunOf(report)).toMatchObject({ state, outcome });
  });

  it.each([
    ['what it was', { operation_type: 'ASTONISH' }],
    ['how it ended', { result_state: 'MAYBE' }],
    ['how it ended at all', { result_state: null }],
    ['when it began', { start_time_ms: null }],
  ])('that does not tell %s is none', (_what, missing) => {
    expect(pastRunOf({ ...REPORT, ...missing })).toBeNull();
  });

  it('without a key, a user or an end is one all the same', () => {
    const bare = { ...REPORT, run_key: null, username: null, duration_ms: null };
    expect(pastRunOf(bare)).toMatchObject({ id: '', requestedBy: null, endedTime: null });
  });

  it('may tell its times in text, as the first version of the API does', () => {
    const text = { ...REPORT, start_time_ms: '1700000000000', duration_ms: '65000' };
    expect(pastRunOf(text)).toEqual(pastRunOf(REPORT));
  });
});

describe('a history that is long', () => {
  const shelf = new SimulatorShelf(srmSimulator, {
    credentials: /\/(?:remote-)?session$/,
    isLogIn: ({ method, path }) => method === 'POST' && path.endsWith('/session'),
    throttledBody: '',
  });
  let site: SimulatedSite<SrmWorld, SrmSimulatorSettings>;
  let bench: Workbench;
  let driver: ProviderDriver;

  async function begin(settings: Partial<SrmSimulatorSettings>): Promise<void> {
    site = await shelf.take();
    site.running.simulator.reset({ settings });
    bench = new Workbench('srm-site', () => site.running.simulator.clock.now());
    const { a, b } = srmSimulator.defaultSettings.accounts;
    driver = bench.driver({}, (context) =>
      srm.create(
        {
          endpoint: `${site.running.url}/api/rest/srm/v2`,
          auth: {
            type: 'session',
            userName: a[0]?.username ?? '',
            password: a[0]?.password ?? '',
            remoteUserName: b[0]?.username ?? '',
            remotePassword: b[0]?.password ?? '',
          },
        },
        context,
      ),
    );
  }
  afterEach(() => bench.close());
  afterAll(() => shelf.close());

  async function pages(fromMs: number): Promise<PastRun[][]> {
    const parts: PastRun[][] = [];
    const untilMs = site.running.simulator.clock.now();
    for (let after: string | null = null; ;) {
      const ticking = setInterval(() => site.grip().advance(100), 5);
      const page: PastRunsPage | undefined = await driver
        .pastRuns?.({ fromMs, untilMs, after }, patiently)
        .finally(() => clearInterval(ticking));
      if (!page) throw new Error('it tells nothing');
      parts.push(page.runs);
      if (page.next === null) return parts;
      after = page.next;
    }
  }

  it('comes whole, in parts, newest first, each run once', async () => {
    await begin({ pastRuns: 250 });
    const parts = await pages(0);
    expect(parts.map(({ length }) => length)).toEqual([100, 100, 50, 0]);
    const runs = parts.flat();
    expect(new Set(runs.map(({ id }) => id)).size).toBe(250);
    const starts = runs.map(({ startedTime }) => startedTime);
    expect(starts).toEqual([...starts].sort().reverse());
    expect(runs.map(({ targetName }) => targetName)).toContain('retired-plan');
    expect(new Set(runs.map(({ state }) => state))).toEqual(new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']));
  });

  it('comes whole from an appliance that gives less at once than it is asked for', async () => {
    await begin({ pastRuns: 70, largestPageSize: 30 });
    expect((await pages(0)).map(({ length }) => length)).toEqual([30, 30, 10, 0]);
  });

  it('is told as far back as is asked for', async () => {
    await begin({ pastRuns: 40 });
    const weekAgo = site.running.simulator.clock.now() - 7 * 86_400_000;
    const runs = (await pages(weekAgo)).flat();
    expect(runs.length).toBeGreaterThan(3);
    expect(runs.every(({ startedTime }) => Date.parse(startedTime) >= weekAgo)).toBe(true);
  });

  it('costs few requests for each part', async () => {
    await begin({ pastRuns: 100 });
    await pages(0);
    const asked = site.grip().reads().length;
    expect(asked).toBeLessThanOrEqual(1 + 2 * 4);
  });
});
