import type { DrAction } from '../../../src/domain/dr-action.js';
import type { Observation } from '../../../src/domain/observation.js';
import type { SiteSurvey } from '../../../src/domain/site-survey.js';
import type { ProviderDriver, WatchedOperation } from '../../../src/providers/provider-driver.js';
import {
  aCommand,
  aGroup,
  driverOf,
  errorOf,
  GROUP_ID,
  patiently,
  refusal,
  ScriptedUpstream,
  type Answer,
} from './scripted-upstream.js';

const STEPS = { sub_jobs: [{ status: 'SUCCESS' }, { status: 'RUNNING' }] };
const UNREAD = [null, null, null, null];

describe('the observation of sdrs', () => {
  let upstream: ScriptedUpstream;
  let driver: ProviderDriver;

  beforeEach(async () => {
    upstream = await new ScriptedUpstream().open();
    driver = driverOf(upstream);
  });
  afterEach(() => upstream.close());

  it('asks nothing when nothing is watched', async () => {
    expect(await driver.observe([], patiently)).toEqual([]);
    expect(upstream.asked).toEqual([]);
  });

  it('reads the jobs of a few operations every time, before the list', async () => {
    list([aGroup({ status: 'failing-over' })]);
    job('j1', { status: 'RUNNING' });
    const seen = await one(watched('FAILOVER', 'j1'));
    expect(seen.jobs).toMatchObject([{ id: 'j1', state: 'RUNNING', word: 'RUNNING' }]);
    expect(seen.resource).toMatchObject({ word: 'failing-over', state: 'FAILING_OVER' });
    expect(reads()).toEqual(['/jobs/j1', '/server-groups', '/server-groups']);
  });

  it('reads the jobs of many only where a group has left the passing states, and three for their progress', async () => {
    const groups = Array.from({ length: 8 }, (_, index) =>
      aGroup({ id: `g${index}`, status: index === 3 ? 'failed-over' : 'failing-over' }),
    );
    list(groups);
    for (const index of groups.keys())
      job(`j${index}`, { status: index === 3 ? 'SUCCESS' : 'RUNNING', entities: STEPS });
    const all = groups.map((_, index) => watched('FAILOVER', `j${index}`, { targetNativeId: `g${index}` }));
    const seen = await driver.observe(named(all), patiently);
    expect(seen.map(({ jobs }) => jobs[0]?.state)).toEqual(
      groups.map((_, index) => (index === 3 ? 'SUCCEEDED' : 'RUNNING')),
    );
    expect(reads().sort()).toEqual(
      ['/jobs/j0', '/jobs/j1', '/jobs/j2', '/jobs/j3', '/server-groups', '/server-groups'].sort(),
    );
    expect(seen.map(({ progressPercent }) => progressPercent)).toEqual([50, 50, 50, 100, ...UNREAD]);
  });

  it('reads every running job for its progress in its turn, and keeps what it read', async () => {
    const groups = Array.from({ length: 7 }, (_, index) =>
      aGroup({ id: `g${index}`, status: 'failing-over' }),
    );
    list(groups);
    for (const index of groups.keys()) job(`j${index}`, { status: 'RUNNING', entities: STEPS });
    const all = named(
      groups.map((_, index) => watched('FAILOVER', `j${index}`, { targetNativeId: `g${index}` })),
    );
    for (const known of [3, 6, 7]) {
      const seen = await driver.observe(all, patiently);
      expect(seen.filter(({ progressPercent }) => progressPercent === 50)).toHaveLength(known);
    }
    expect(reads().filter((path) => path.startsWith('/jobs/'))).toHaveLength(9);
  });

  it('hands on the whole lists that it read', async () => {
    list([aGroup({ status: 'failing-over' })]);
    job('j1', { status: 'RUNNING' });
    const noticed: Partial<SiteSurvey>[] = [];
    await driver.observe([watched('FAILOVER', 'j1')], {
      ...patiently,
      noticed: (lists) => noticed.push(lists),
    });
    expect(noticed).toMatchObject([{ groups: [{ state: 'FAILING_OVER' }], plans: [{ implicit: true }] }]);
    list([aGroup({ status: null })]);
    await driver.observe([watched('FAILOVER', 'j1')], { ...patiently, noticed: () => noticed.push({}) });
    expect(noticed).toHaveLength(1);
  });

  it('shows an operation without a job by its group alone', async () => {
    list([aGroup({ status: 'failed-over', priority_station: 'target' })]);
    const seen = await one(watched('FAILOVER', null));
    expect(seen).toMatchObject({ jobs: [], resource: { word: 'failed-over', activeSite: 'RECOVERY' } });
  });

  it.each<[string, Answer]>([
    ['404', { status: 404, body: { itemNotFound: { code: 'SDRS.0408', message: 'job is null' } } }],
    ['400', refusal('SDRS.0408', 400)],
    ['500', refusal('SDRS.0408', 500)],
    ['an empty 404', { status: 404 }],
    ['400 over its id', refusal('SDRS.0201', 400)],
    ['400 in another wrapper', { status: 400, body: { badrequest: { code: '400', message: 'job' } } }],
  ])('says GONE of a job that the upstream does not know (%s)', async (_, answer) => {
    list([aGroup()]);
    upstream.on('GET /jobs/j1', answer);
    expect((await one(watched('FAILOVER', 'j1'))).jobs).toMatchObject([{ state: 'GONE', word: null }]);
  });

  it.each<[string, Answer]>([
    ['an inner error', refusal('SDRS.0013', 500)],
    ['an inner error over its id', refusal('SDRS.0201', 500)],
    ['a lack of rights', refusal('SDRS.0004', 400)],
    ['a dead token', refusal('SDRS.0002', 400)],
    ["the gateway's 400", { status: 400, body: { error_msg: 'x', error_code: 'APIGW.0201' } }],
    ['a 400 of somebody in between', { status: 400, body: '<html>' }],
    ['a closed gateway', { status: 404, body: { error_msg: 'x', error_code: 'APIGW.0101' } }],
    ['an empty answer', { status: 200 }],
    ['a word about another job', { body: { job_id: 'j9', status: 'FAIL' } }],
  ])('leaves out an operation whose job cannot be read (%s)', async (_, answer) => {
    list([aGroup(), aGroup({ id: 'g2', status: 'failed-over' })]);
    upstream.on('GET /jobs/j1', answer);
    job('j2', { status: 'SUCCESS' });
    const seen = await driver.observe(
      [watched('FAILOVER', 'j1'), watched('FAILOVER', 'j2', { targetNativeId: 'g2' }, 'op-2')],
      patiently,
    );
    expect(seen.map(({ operationId }) => operationId)).toEqual(['op-2']);
  });

  it('throws when nothing could be learnt at all', async () => {
    list([aGroup()]);
    upstream.on('GET /jobs/j1', { status: 503 });
    expect((await errorOf(driver.observe([watched('FAILOVER', 'j1')], patiently))).kind).toBe('UNAVAILABLE');
    upstream.on('GET /server-groups', { status: 200, body: {} });
    job('j1', { status: 'SUCCESS' });
    expect((await errorOf(driver.observe([watched('FAILOVER', 'j1')], patiently))).kind).toBe('BAD_ANSWER');
  });

  it('leaves the upstream alone once it says that the rate is too high', async () => {
    list([aGroup(), aGroup({ id: 'g2', status: 'failed-over' })]);
    upstream.on('GET /jobs/j1', { status: 429, body: { error_msg: 'x', error_code: 'APIGW.0308' } });
    const work = driver.observe([watched('FAILOVER', 'j1')], patiently);
    expect(await errorOf(work)).toMatchObject({ kind: 'RATE_LIMITED', retry: 'TEMPORARY' });
    expect(reads()).toEqual(['/jobs/j1']);
  });

  it('keeps a word of a job that it does not know', async () => {
    list([aGroup()]);
    job('j1', { status: 'PAUSED' });
    expect((await one(watched('FAILOVER', 'j1'))).jobs).toMatchObject([
      { state: 'UNRECOGNIZED', word: 'PAUSED' },
    ]);
  });

  it('asks for what the list lacks by its id, for a list may have been cut into pages', async () => {
    list([aGroup({ id: 'other' })]);
    job('j1', { status: 'SUCCESS' });
    upstream.on(`GET /server-groups/${GROUP_ID}`, refusal('SDRS.1013'));
    expect((await one(watched('DELETE_PROTECTION_GROUP', 'j1'))).resource?.exists).toBe(false);
    upstream.on(`GET /server-groups/${GROUP_ID}`, { body: { server_group: aGroup({ status: 'deleting' }) } });
    expect((await one(watched('DELETE_PROTECTION_GROUP', 'j1'))).resource?.word).toBe('deleting');
  });

  describe('of a creation', () => {
    const description = 'drg:0197f0c0-1234-7abc-8def-0123456789ab';
    const creation = (jobId: string | null): WatchedOperation =>
      watched('CREATE_PROTECTION_GROUP', jobId, { targetNativeId: null }, 'op-1', {
        server_group: { name: 'new', description },
      });

    it('knows nothing of the group before it shows itself', async () => {
      list([aGroup()]);
      job('j1', { status: 'RUNNING', entities: {} });
      expect(await one(creation('j1'))).toMatchObject({ resource: null, createdId: null });
    });

    it('finds the group by its mark while it is made, and by its job afterwards', async () => {
      list([aGroup({ id: 'made', status: 'creating', description })]);
      job('j1', { status: 'RUNNING', entities: {} });
      expect(await one(creation('j1'))).toMatchObject({ resource: { word: 'creating' } });
      list([aGroup({ id: 'made', status: 'available', description: null })]);
      job('j1', { status: 'SUCCESS', entities: { server_group_id: 'made' } });
      expect(await one(creation('j1'))).toMatchObject({
        resource: { word: 'available' },
        createdId: 'otc.made',
      });
    });

    it('says that there is nothing when it failed and left nothing', async () => {
      list([]);
      job('j1', { status: 'FAIL', error_code: 'SDRS.1014', fail_reason: 'no room' });
      expect(await one(creation('j1'))).toMatchObject({
        jobs: [{ state: 'FAILED', error: { code: 'SDRS.1014', message: 'no room' } }],
        resource: { exists: false },
      });
    });

    it.each<[string, string | null, Answer]>([
      ['is forgotten', 'j1', { status: 404 }],
      ['ended well', 'j1', { body: { job_id: 'j1', status: 'SUCCESS', entities: {} } }],
      ['was never told of', null, { status: 404 }],
    ])('says that there is nothing when its job %s', async (_what, jobId, answer) => {
      list([aGroup()]);
      upstream.on('GET /jobs/j1', answer);
      expect(await one(creation(jobId))).toMatchObject({ resource: { exists: false }, createdId: null });
    });

    it('finds the group without a job', async () => {
      list([aGroup({ id: 'made', status: 'available', description })]);
      expect(await one(creation(null))).toMatchObject({ createdId: 'otc.made' });
    });
  });

  describe('of a drill', () => {
    const drill = { id: 'd1', name: 'drill-1', server_group_id: GROUP_ID };
    const drillBody = { disaster_recovery_drill: { server_group_id: GROUP_ID, name: 'drill-1' } };

    it("shows the drill's own word beside the group's direction", async () => {
      list([aGroup()]);
      drills([{ ...drill, status: 'creating' }]);
      job('j1', { status: 'RUNNING' });
      expect(await one(watched('START_DRILL', 'j1', {}, 'op-1', drillBody))).toMatchObject({
        resource: { word: 'creating', state: 'DRILL_STARTING', activeSite: 'PRODUCTION' },
        createdId: 'otc.d1',
      });
    });

    it('shows the removed drill as gone', async () => {
      list([aGroup()]);
      drills([]);
      upstream.on('GET /disaster-recovery-drills/d1', refusal('SDRS.1902'));
      job('j1', { status: 'SUCCESS' });
      const removal = {
        ...watched('CLEAN_UP_DRILL', 'j1'),
        baseline: { drill: { id: 'd1', status: 'available' } },
      };
      expect((await one(removal)).resource).toMatchObject({ exists: false });
    });

    it('does not let unreadable drills hide the other operations', async () => {
      list([aGroup({ status: 'failed-over' })]);
      upstream.on('GET /disaster-recovery-drills', { status: 503 });
      job('j1', { status: 'SUCCESS' });
      const seen = await driver.observe(
        [watched('START_DRILL', 'j1', {}, 'op-1', drillBody), watched('FAILOVER', 'j1', {}, 'op-2')],
        patiently,
      );
      expect(seen.map(({ operationId }) => operationId)).toEqual(['op-2']);
    });

    function drills(items: unknown[]): void {
      upstream.on('GET /disaster-recovery-drills', { body: { disaster_recovery_drills: items } });
    }
  });

  async function one(operation: WatchedOperation): Promise<Observation> {
    const [seen] = await driver.observe([operation], patiently);
    if (!seen) throw new Error('the operation was left out');
    return seen;
  }

  function named(operations: readonly WatchedOperation[]): WatchedOperation[] {
    return operations.map((operation, index) => ({ ...operation, operationId: `op-${index}` }));
  }

  function list(groups: unknown[]): void {
    upstream.on('GET /server-groups', { body: { server_groups: groups, count: groups.length } });
  }

  function job(id: string, fields: Record<string, unknown>): void {
    upstream.on(`GET /jobs/${id}`, { body: { job_id: id, job_type: 'x', ...fields } });
  }

  function reads(): string[] {
    return upstream.asked.map(({ path }) => path).filter((path) => !path.startsWith('/v3/'));
  }

  function watched(
    action: DrAction,
    jobId: string | null,
    command: { targetNativeId?: string | null } = {},
    operationId = 'op-1',
    body: unknown = {},
  ): WatchedOperation {
    const call = { label: 'x', method: 'POST' as const, path: '/x', body };
    const ref = { jobIds: jobId === null ? [] : [jobId] };
    return { operationId, command: aCommand(action, command), baseline: {}, calls: [{ call, ref }] };
  }
});
