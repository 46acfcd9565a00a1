import type { ActionCommand } from '../../../src/domain/action-command.js';
import type { Finding } from '../../../src/domain/observation.js';
import type { SentCall } from '../../../src/providers/provider-driver.js';
import {
  APPLIANCE_MS,
  bench,
  command,
  cx,
  group,
  GROUP_ID,
  GROUPS,
  list,
  plan,
  PLAN_ID,
  PLANS,
  task,
  vm,
  type Bench,
  type Reply,
} from './appliance.js';

const HISTORY = `GET ${PLANS}/${PLAN_ID}/history-reports`;

describe('what speaks for a send whose answer was lost', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
    site.appliance.on(
      'GET /tasks',
      list([task('before', 'SUCCESS', { queued_time: APPLIANCE_MS - 60_000 })]),
    );
    planIs('READY_STATE');
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/protection-groups`, list([group('OK')]));
    site.appliance.on(HISTORY, history([]));
  });
  afterEach(() => site.close());

  function planIs(status: string, more: object = {}): void {
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan(status, more) });
  }

  function tasksAre(...tasks: object[]): void {
    const before = task('before', 'SUCCESS', { queued_time: APPLIANCE_MS - 60_000 });
    site.appliance.on('GET /tasks', list([...tasks, before]));
  }

  async function sent(wanted: ActionCommand, which = 0): Promise<SentCall> {
    const { calls, baseline } = await site.driver.prepare(wanted, 'op-1', cx());
    const call = calls[which];
    if (call === undefined) throw new Error('nothing to send');
    const kept = JSON.parse(JSON.stringify({ call, baseline })) as Pick<SentCall, 'call' | 'baseline'>;
    return { operationId: 'op-1', command: wanted, sentTime: '2026-01-01T12:00:01.000Z', ...kept };
  }

  /** Asked of another process than the one that sent. */
  const find = (call: SentCall): Promise<Finding> => site.secondDriver().findStarted(call, cx());

  it('a new task on the plan is adopted', async () => {
    const call = await sent(command('FAILOVER'));
    tasksAre(task('t-1', 'RUNNING'), task('other', 'RUNNING', { entity: 'another plan' }));
    await expect(find(call)).resolves.toMatchObject({ verdict: 'STARTED', ref: { jobIds: ['t-1'] } });
    expect(site.appliance.count(HISTORY)).toBe(0);
  });

  it('a task with a time in the text form of v1 is adopted as well', async () => {
    const call = await sent(command('FAILOVER'));
    tasksAre(task('t-1', 'RUNNING', { queued_time: '2026-01-01T12:00:02Z' }));
    await expect(find(call)).resolves.toMatchObject({ verdict: 'STARTED', ref: { jobIds: ['t-1'] } });
  });

  it('two new tasks on the plan cannot be told apart', async () => {
    const call = await sent(command('FAILOVER'));
    tasksAre(task('t-1', 'RUNNING'), task('t-2', 'QUEUED'));
    await expect(find(call)).resolves.toMatchObject({ verdict: 'UNDECIDABLE' });
  });

  it('a new task on a plan that runs another action is not ours', async () => {
    const call = await sent(command('FAILOVER'));
    planIs('TEST_IN_PROGRESS', { is_running: true });
    tasksAre(task('t-1', 'RUNNING'));
    await expect(find(call)).resolves.toMatchObject({ verdict: 'UNDECIDABLE' });
  });

  it('a new task is not ours while the plan rests where it has been, at the end of this action', async () => {
    planIs('DISASTER_RECOVERY_COMPLETE');
    const call = await sent(command('FAILOVER'));
    tasksAre(task('t-1', 'RUNNING', { description: 'Edit' }));
    await expect(find(call)).resolves.toMatchObject({ verdict: 'UNDECIDABLE' });
    planIs('RECOVERY_IN_PROGRESS', { is_running: true });
    await expect(find(call)).resolves.toMatchObject({ verdict: 'STARTED', ref: { jobIds: ['t-1'] } });
  });

  describe('a new task that has succeeded', () => {
    let call: SentCall;
    beforeEach(async () => {
      call = await sent(command('FAILOVER'));
      tasksAre(task('t-1', 'SUCCESS', { description: 'Clean up' }));
    });

    it('is not ours when the plan rests as before and the history knows of no run', async () => {
      await expect(find(call)).resolves.toMatchObject({ verdict: 'UNDECIDABLE' });
    });

    it('is ours when the plan rests as before and the history has our run', async () => {
      site.appliance.on(HISTORY, history([report('gateway@vsphere.local')]));
      await expect(find(call)).resolves.toMatchObject({ verdict: 'STARTED', ref: { jobIds: ['t-1'] } });
    });

    it('is not ours when the history has a run of another kind', async () => {
      const cleanUp = { ...report('gateway@vsphere.local'), operation_type: 'CLEANUP' };
      site.appliance.on(HISTORY, history([cleanUp]));
      await expect(find(call)).resolves.toMatchObject({ verdict: 'UNDECIDABLE' });
    });

    it('is ours when the plan has moved', async () => {
      planIs('RECOVERY_COMPLETE');
      await expect(find(call)).resolves.toMatchObject({ verdict: 'STARTED', ref: { jobIds: ['t-1'] } });
    });

    it('is not ours when the plan was moved by somebody else', async () => {
      planIs('RECOVERY_COMPLETE');
      site.appliance.on(HISTORY, history([report('operator@vsphere.local')]));
      const finding = await find(call);
      expect(finding.verdict).toBe('UNDECIDABLE');
      expect(finding.evidence).toContain('operator@vsphere.local');
    });
  });

  it('a task that only reads the history is no candidate', async () => {
    const call = await sent(command('FAILOVER'));
    tasksAre(task('h-1', 'SUCCESS', { description: 'Retrieve', result: [] }));
    await expect(find(call)).resolves.toMatchObject({ verdict: 'NOT_SEEN' });
  });

  it('a plan that runs this action without a task is watched by its state', async () => {
    const call = await sent(command('REPROTECT'));
    planIs('REPROTECT_IN_PROGRESS');
    await expect(find(call)).resolves.toMatchObject({ verdict: 'STARTED', ref: { jobIds: [] } });
  });

  it('a plan that runs another action says nothing', async () => {
    const call = await sent(command('REPROTECT'));
    planIs('TEST_IN_PROGRESS');
    await expect(find(call)).resolves.toMatchObject({ verdict: 'NOT_SEEN' });
  });

  it('a run in the history under our own name is ours', async () => {
    const call = await sent(command('FAILOVER'));
    planIs('INCOMPLETE_RECOVERY');
    site.appliance.on(HISTORY, history([report('VSPHERE.LOCAL\\Gateway')]));
    const finding = await find(call);
    expect(finding).toMatchObject({ verdict: 'STARTED', ref: { jobIds: [] } });
    expect(finding.evidence).toContain('our FAILOVER');
  });

  it('a run in the history before the send is not', async () => {
    const call = await sent(command('FAILOVER'));
    site.appliance.on(HISTORY, history([report('gateway@vsphere.local', APPLIANCE_MS - 1000)]));
    await expect(find(call)).resolves.toMatchObject({ verdict: 'NOT_SEEN' });
  });

  it('a run by somebody else that moved the plan leaves it open', async () => {
    const call = await sent(command('FAILOVER'));
    planIs('RECOVERY_COMPLETE');
    site.appliance.on(HISTORY, history([report('operator@vsphere.local')]));
    const finding = await find(call);
    expect(finding.verdict).toBe('UNDECIDABLE');
    expect(finding.evidence).toContain('operator@vsphere.local');
  });

  it('a plan at the end of this action, with a history that names nobody, is taken for ours', async () => {
    const call = await sent(command('FAILOVER'));
    planIs('RECOVERY_COMPLETE');
    await expect(find(call)).resolves.toMatchObject({ verdict: 'STARTED', ref: { jobIds: [] } });
  });

  it('nothing at all is not seen, and a history that cannot be read is no error', async () => {
    const call = await sent(command('FAILOVER'));
    site.appliance.on(HISTORY, { status: 500 });
    await expect(find(call)).resolves.toMatchObject({ verdict: 'NOT_SEEN' });
  });

  it('a reading of the history that takes long is not begun a second time', async () => {
    const call = await sent(command('FAILOVER'));
    const driver = site.secondDriver();
    planIs('INCOMPLETE_RECOVERY');
    site.appliance.on(HISTORY, { status: 202, body: task('h-1', 'RUNNING', { entity: PLAN_ID }) });
    site.appliance.on('GET /tasks/h-1', { status: 500 });
    await driver.findStarted(call, cx());
    const done = task('h-1', 'SUCCESS', { entity: PLAN_ID, result: [report('gateway@vsphere.local')] });
    site.appliance.on('GET /tasks/h-1', { body: done });
    tasksAre(task('h-1', 'RUNNING'));
    const finding = await driver.findStarted(call, cx());
    expect(finding.evidence).toContain('our FAILOVER');
    expect(site.appliance.count(HISTORY)).toBe(1);
  });

  it('is asked with reads only', async () => {
    const call = await sent(command('FAILOVER'));
    await find(call);
    const changes = site.appliance.journal.filter((e) => e.method !== 'GET' && !e.path.endsWith('session'));
    expect(changes).toEqual([]);
  });

  it('a cancel is seen in the plan', async () => {
    const wanted = command('FAILOVER');
    const call = site.driver.cancelCall?.(wanted);
    if (call === undefined) throw new Error('no cancel');
    const lost: SentCall = { operationId: 'op-1', command: wanted, call, baseline: null, sentTime: '' };
    planIs('CANCEL_IN_PROGRESS');
    await expect(find(lost)).resolves.toMatchObject({ verdict: 'STARTED' });
    planIs('RECOVERY_IN_PROGRESS');
    await expect(find(lost)).resolves.toMatchObject({ verdict: 'NOT_SEEN' });
  });

  describe('of a group', () => {
    const created = command('CREATE_PROTECTION_GROUP', {
      targetNativeId: null,
      group: { name: 'crm', hbrSpec: { vms: ['VirtualMachine:vm-7:11111111'] } },
    });

    beforeEach(() => {
      site.appliance.on(`GET ${GROUPS}`, list([group('OK')]));
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}`, { body: group('OK') });
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms`, list([vm(1, 'OK'), vm(2, 'OK')]));
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/recovery-plans`, list([plan('READY_STATE')]));
    });

    it('its creation is found by the mark in its description', async () => {
      const call = await sent(created);
      expect(call.call.body).toMatchObject({ description: 'drg:op-1' });
      const made = group('NOT_CONFIGURED', { id: 'G:new:3', name: 'crm', description: 'drg:op-1' });
      site.appliance.on(`GET ${GROUPS}`, list([group('OK'), made]));
      tasksAre(task('t-9', 'SUCCESS', { entity: null, result: 'G:new:3' }));
      await expect(find(call)).resolves.toMatchObject({ verdict: 'STARTED', ref: { jobIds: ['t-9'] } });
    });

    it('two new groups of the name cannot be told apart', async () => {
      const call = await sent(created);
      const twins = ['G:1:3', 'G:2:3'].map((id) => group('OK', { id, name: 'crm' }));
      site.appliance.on(`GET ${GROUPS}`, list(twins));
      await expect(find(call)).resolves.toMatchObject({ verdict: 'UNDECIDABLE' });
    });

    it('its deletion is found by its absence, but not in a list with gaps', async () => {
      const call = await sent(command('DELETE_PROTECTION_GROUP'));
      site.appliance.on(`GET ${GROUPS}`, list([]));
      await expect(find(call)).resolves.toMatchObject({ verdict: 'STARTED' });
      site.appliance.on(`GET ${GROUPS}`, list([], [{ message: 'remote down', field: '$.list' }]));
      await expect(find(call)).resolves.toMatchObject({ verdict: 'NOT_SEEN' });
    });

    it('one task for each machine is one candidate', async () => {
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}`, { body: group('NOT_CONFIGURED') });
      site.appliance.on(
        `GET ${GROUPS}/${GROUP_ID}/vms`,
        list([vm(1, 'NOT_CONFIGURED'), vm(2, 'NOT_CONFIGURED')]),
      );
      const call = await sent(command('ENABLE_PROTECTION'));
      const entities = [1, 2].map((n) => (vm(n, 'OK') as { id: string }).id);
      tasksAre(...entities.map((entity, n) => task(`t-${n}`, 'RUNNING', { entity })));
      await expect(find(call)).resolves.toMatchObject({
        verdict: 'STARTED',
        ref: { jobIds: ['t-0', 't-1'] },
      });
    });

    it('a machine that lost its protection shows that the call for it was taken', async () => {
      const call = await sent(command('DISABLE_PROTECTION'), 1);
      const id = (vm(2, 'OK') as { id: string }).id;
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms/${id}`, { body: vm(2, 'NOT_CONFIGURED') });
      await expect(find(call)).resolves.toMatchObject({ verdict: 'STARTED' });
      site.appliance.on(`GET ${GROUPS}/${GROUP_ID}/vms/${id}`, { body: vm(2, 'OK') });
      await expect(find(call)).resolves.toMatchObject({ verdict: 'NOT_SEEN' });
    });
  });
});

function history(reports: object[]): Reply {
  return { status: 202, body: task('h-1', 'SUCCESS', { entity: null, result: reports }) };
}

function report(username: string, start = APPLIANCE_MS + 3_000): object {
  return { username, operation_type: 'FAILOVER', start_time_ms: start, result_state: 'ERRORS' };
}
