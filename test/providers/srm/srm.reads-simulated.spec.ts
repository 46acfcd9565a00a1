import {
  srmSimulator,
  type SrmSettings as SrmSimulatorSettings,
  type SrmWorld,
} from '../../../simulators/srm/srm.simulator.js';
import { parsePublicId } from '../../../src/domain/ids.js';
import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { RecoveryWorkflow } from '../../../src/domain/action-inputs.js';
import type { FurtherReads } from '../../../src/providers/further-reads.js';
import type { ProviderDriver } from '../../../src/providers/provider-driver.js';
import { srm } from '../../../src/providers/srm/srm.factory.js';
import { SimulatorShelf, type SimulatedSite } from '../../conformance/provider/harnesses/simulated-site.js';
import { Workbench } from '../../conformance/provider/harnesses/workbench.js';
import { openGate, patiently } from '../../conformance/provider/journey.js';

type Site = SimulatedSite<SrmWorld, SrmSimulatorSettings>;
type Place = 'a' | 'b';

const shelf = new SimulatorShelf(srmSimulator, {
  credentials: /\/(?:remote-)?session$/,
  isLogIn: ({ method, path }) => method === 'POST' && path.endsWith('/session'),
  throttledBody: '',
});

afterAll(() => shelf.close());

describe.each<[string, Place, boolean]>([
  ['/api/rest/srm/v2', 'a', false],
  ['/api/rest/srm/v1', 'a', false],
  ['/site-b/api/rest/srm/v2', 'b', false],
  ['/api/rest/srm/v2', 'a', true],
])('the parts of a simulated site at %s of %s, all nulls: %s', (path, at, nullHeavy) => {
  let site: Site;
  let bench: Workbench;
  let driver: ProviderDriver;
  let read: FurtherReads;

  beforeEach(async () => {
    site = await shelf.take();
    Object.assign(site.running.simulator.settings, { nullHeavy });
    bench = new Workbench('srm-site', () => site.running.simulator.clock.now());
    driver = bench.driver({}, (context) => srm.create(settingsFor(site, path, at), context));
    read = driver.further as FurtherReads;
  });
  afterEach(() => bench.close());

  const planId = (): string => site.state.plans.find(({ name }) => name === 'erp-plan')?.id ?? '';
  const groupId = (): string => site.state.groups.find(({ name }) => name === 'erp')?.id ?? '';

  async function run(action: ActionCommand['action'], forMs = 120_000): Promise<void> {
    const { nextDirection } = await driver.getRecoveryPlan(planId(), patiently);
    const direction = action.endsWith('FAILOVER') ? nextDirection : null;
    const what = { action, targetNativeId: planId(), partNativeId: null, direction, options: {} };
    const command = { ...what, group: null, changes: null, input: null };
    const { calls } = await driver.prepare(command, 'operation-1', patiently);
    for (const call of calls) await driver.start(call, openGate, patiently);
    site.grip().advance(forMs);
  }

  /** Asks for a history, and lets the appliance make it. */
  async function history<T>(ask: () => Promise<T>): Promise<T> {
    const known = site.state.tasks.length;
    const answer = ask();
    while (site.state.tasks.length === known) await new Promise((resolve) => setImmediate(resolve));
    site.grip().advance(10_000);
    return answer;
  }

  it('are machines of a group and of a plan under the same ids', async () => {
    const [instance] = await driver.listProtectedInstances(groupId(), patiently);
    const instanceId = instance?.upstream.id ?? '';
    const where = { groupId: groupId(), instanceId };
    await expect(read.protectedInstance(where, patiently)).resolves.toEqual(instance);
    await expect(read.protectionSettings(where, patiently)).resolves.toMatchObject({
      instanceId: instance?.id,
      placeholderNeedsRepair: false,
      changeVersion: '1',
    });
    const planned = await read.plannedInstances({ planId: planId() }, patiently);
    expect(planned.map(({ id }) => id)).toContain(instance?.id);
    const [first] = planned;
    const place = { planId: planId(), instanceId: first?.upstream.id ?? '' };
    await expect(read.plannedInstance(place, patiently)).resolves.toEqual(first);
    await expect(read.recoverySettings(place, patiently)).resolves.toMatchObject({
      priority: first?.priority,
      startupAction: 'POWER_ON',
      ipCustomization: 'AUTO',
      conflict: false,
    });
  });

  it('are test networks, and issues of groups, plans and the site', async () => {
    const networks = await read.testNetworks({ planId: planId() }, patiently);
    expect(networks).toMatchObject([{ id: '66666666-ffff-4fff-8fff-666666666601' }]);
    const archive = site.state.groups.find(({ name }) => name === 'archive')?.id ?? '';
    await expect(read.groupIssues({ groupId: archive }, patiently)).resolves.toMatchObject([
      { severity: 'WARNING', resourceId: null, text: 'Protection is NOT_CONFIGURED.' },
    ]);
    const archivePlan = site.state.plans.find(({ name }) => name === 'archive-plan')?.id ?? '';
    const [issue] = await read.planIssues({ planId: archivePlan }, patiently);
    expect(parsePublicId(issue?.resourceId ?? '')?.nativeId).toBe(archivePlan);
    const issues = await read.siteIssues({}, patiently);
    expect(issues.map(({ kind }) => kind)).not.toContain('UNREAD');
    expect(issues.length).toBeGreaterThan(1);
  });

  it('are steps of each workflow, whole, in the states that have them', async () => {
    const steps = async (workflow: RecoveryWorkflow): Promise<string[]> =>
      (await read.recoverySteps({ planId: planId(), workflow }, patiently)).map(({ number }) => number);
    const seen = await steps('RECOVERY');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((number) => number.includes('.')).length).toBeGreaterThan(1);
    await expect(steps('CLEAN_UP')).rejects.toMatchObject({ kind: 'WRONG_STATE' });
    await expect(steps('REPROTECT')).rejects.toMatchObject({ kind: 'WRONG_STATE' });
    await run('START_DRILL');
    expect((await steps('CLEAN_UP')).length).toBeGreaterThan(2);
    const where = { planId: planId(), workflow: 'TEST' } as const;
    const [first] = await read.recoverySteps(where, patiently);
    expect(first).toMatchObject({ state: 'SUCCEEDED', startedTime: expect.any(String) as string });
    await expect(read.recoveryStep({ ...where, stepId: first?.id ?? '' }, patiently)).resolves.toEqual(first);
  });

  it('are prompts, whose answer lets the run go on', async () => {
    await site.control('POST', `/plans/${planId()}/prompts`, { text: 'Is the old site dark?' });
    await expect(read.planPrompts({ planId: planId() }, patiently)).resolves.toEqual([]);
    await run('FAILOVER');
    const [prompt, ...others] = await read.planPrompts({ planId: planId() }, patiently);
    expect(others).toEqual([]);
    expect(prompt).toMatchObject({ text: 'Is the old site dark?', raisedTime: expect.any(String) as string });
    const steps = await read.recoverySteps({ planId: planId(), workflow: 'RECOVERY' }, patiently);
    const waiting = steps.find(({ state }) => state === 'RUNNING');
    const where = { planId: planId(), workflow: 'RECOVERY' } as const;
    await expect(
      read.recoveryStep({ ...where, stepId: waiting?.id ?? '' }, patiently),
    ).resolves.toMatchObject({ callout: { type: 'PROMPT', content: 'Is the old site dark?' } });
    const command = { action: 'FAILOVER', targetNativeId: planId() } as ActionCommand;
    const answer = driver.answerCall?.(command, prompt?.id ?? '');
    if (answer === undefined) throw new Error('no answer');
    await expect(driver.start(answer, openGate, patiently)).resolves.toEqual({ jobIds: [] });
    await expect(read.planPrompts({ planId: planId() }, patiently)).resolves.toEqual([]);
    site.grip().advance(120_000);
    await expect(driver.getRecoveryPlan(planId(), patiently)).resolves.toMatchObject({
      state: 'FAILED_OVER',
    });
  });

  it('are runs of a plan and of the site, and a drill that stands', async () => {
    await run('START_DRILL');
    const [drill] = await driver.listDrills(planId(), patiently);
    const where = { planId: planId(), drillId: drill?.upstream.id ?? '' };
    await expect(read.drill(where, patiently)).resolves.toEqual(drill);
    const [report, ...others] = await history(() => read.planRuns({ planId: planId() }, patiently));
    expect(others).toEqual([]);
    expect(report).toMatchObject({ action: 'START_DRILL', result: 'SUCCEEDED', planName: 'erp-plan' });
    const reportId = report?.id ?? '';
    await expect(read.planRun({ planId: planId(), reportId }, patiently)).resolves.toEqual(report);
    await expect(history(() => read.siteRuns({}, patiently))).resolves.toEqual([report]);
    const early = { untilMs: Date.parse(report?.startedTime ?? '') - 1 };
    await expect(history(() => read.siteRuns(early, patiently))).resolves.toEqual([]);
  });

  it('are the servers of both ends, and the versions they serve', async () => {
    const servers = await read.siteServers({}, patiently);
    expect(servers.map(({ role, end }) => `${role} ${end}`).sort()).toEqual([
      'RECOVERY_MANAGER LOCAL',
      'RECOVERY_MANAGER REMOTE',
      'VCENTER LOCAL',
      'VCENTER REMOTE',
    ]);
    const ours = servers.find(({ role, end }) => role === 'RECOVERY_MANAGER' && end === 'LOCAL');
    expect(ours).toMatchObject({ name: `site-${at}`, state: 'OK', version: '9.0.2' });
    expect(ours?.certificateExpiryTime).toBe(nullHeavy ? null : '2035-01-01T00:00:00.000Z');
    await expect(read.apiVersions({}, patiently)).resolves.toMatchObject([
      { id: 'v2', state: 'CURRENT' },
      { id: 'v1', state: 'DEPRECATED' },
    ]);
  });

  it('are told as far as they can be while the far site is down', async () => {
    await site.control('PATCH', `/sites/${at === 'a' ? 'b' : 'a'}`, { up: false });
    const servers = await read.siteServers({}, patiently);
    expect(servers.filter(({ end }) => end === 'REMOTE').length).toBe(2);
    expect(servers.find(({ role, end }) => role === 'RECOVERY_MANAGER' && end === 'REMOTE')?.state).not.toBe(
      'OK',
    );
    const issues = await read.siteIssues({}, patiently);
    expect(issues.map(({ text }) => text).join()).toContain('does not answer');
    const [instance] = await driver.listProtectedInstances(groupId(), patiently);
    const where = { groupId: groupId(), instanceId: instance?.upstream.id ?? '' };
    await expect(read.protectionSettings(where, patiently)).rejects.toMatchObject({ retry: 'TEMPORARY' });
  });
});

function settingsFor({ running }: Site, path: string, at: Place): Parameters<typeof srm.create>[0] {
  const accounts = srmSimulator.defaultSettings.accounts;
  const [near, far] = at === 'a' ? [accounts.a[0], accounts.b[0]] : [accounts.b[0], accounts.a[0]];
  return {
    endpoint: `${running.url}${path}`,
    auth: {
      type: 'session',
      userName: near?.username ?? '',
      password: near?.password ?? '',
      remoteUserName: far?.username ?? '',
      remotePassword: far?.password ?? '',
    },
  };
}
