import type { WatchedOperation } from '../../../src/providers/provider-driver.js';
import {
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
  type Bench,
} from './appliance.js';

describe('watching operations on SRM', () => {
  let site: Bench;
  beforeEach(async () => {
    site = await bench();
    site.appliance.on(
      `GET ${PLANS}`,
      list([plan('RECOVERY_IN_PROGRESS', { is_running: true, progress: 55 })]),
    );
    site.appliance.on(`GET ${GROUPS}`, list([group('OK')]));
  });
  afterEach(() => site.close());

  function watched(
    action: Parameters<typeof command>[0],
    jobIds: string[] | null,
    id = 'op-1',
  ): WatchedOperation {
    const call = { label: '', method: 'POST' as const, path: '/', body: undefined };
    const ref = jobIds === null ? null : { jobIds };
    return { operationId: id, command: command(action), baseline: null, calls: [{ call, ref }] };
  }

  async function only(operation: WatchedOperation): Promise<Record<string, unknown> | undefined> {
    const [observation] = await site.driver.observe([operation], cx());
    return observation as unknown as Record<string, unknown> | undefined;
  }

  it('costs two lists and the steps of three plans, however many run', async () => {
    const tasks = Array.from({ length: 30 }, (_, n) => task(`t-${n}`, 'RUNNING'));
    site.appliance.on('GET /tasks', list(tasks));
    const operations = tasks.map((_, n) => watched('FAILOVER', [`t-${n}`], `op-${n}`));
    await expect(site.driver.observe(operations, cx())).resolves.toHaveLength(30);
    expect(site.appliance.count()).toBe(5);
    const [tasksAsked] = site.appliance.journal.filter((exchange) => exchange.path === '/tasks');
    expect(tasksAsked?.query.toString()).toBe('sort_by=queued_time&order_by=desc&limit=200');
  });

  it('costs a third list while a group is being changed', async () => {
    site.appliance.on('GET /tasks', list([task('t-1', 'RUNNING'), task('t-2', 'QUEUED')]));
    await site.driver.observe(
      [watched('FAILOVER', ['t-1']), watched('ENABLE_PROTECTION', ['t-2'], 'op-2')],
      cx(),
    );
    expect(site.appliance.count()).toBe(4);
    expect(site.appliance.count(`GET ${GROUPS}`)).toBe(1);
  });

  it.each([
    ['QUEUED', 'QUEUED'],
    ['RUNNING', 'RUNNING'],
    ['SUCCESS', 'SUCCEEDED'],
    ['ERROR', 'FAILED'],
    ['CANCELLED', 'CANCELLED'],
    ['PAUSED', 'UNRECOGNIZED'],
  ])('tells a task in %s as %s', async (word, state) => {
    site.appliance.on('GET /tasks', list([task('t-1', word)]));
    await expect(only(watched('FAILOVER', ['t-1']))).resolves.toMatchObject({
      jobs: [{ id: 't-1', state, word, progressPercent: word === 'SUCCESS' ? 100 : 40 }],
      resource: { word: 'RECOVERY_IN_PROGRESS', state: 'FAILING_OVER', activeSite: 'PRODUCTION' },
    });
  });

  it('asks singly for a task that the list does not hold, and calls it gone on 404', async () => {
    site.appliance.on(`GET ${PLANS}`, list([plan('RECOVERY_COMPLETE')]));
    site.appliance.on('GET /tasks/old', { body: task('old', 'RUNNING') });
    await expect(only(watched('FAILOVER', ['old', 'lost']))).resolves.toMatchObject({
      jobs: [
        { id: 'old', state: 'RUNNING' },
        { id: 'lost', state: 'GONE', word: null },
      ],
    });
  });

  it('remembers the end of a task that the appliance forgets', async () => {
    site.appliance.on('GET /tasks', list([task('t-1', 'SUCCESS')]));
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/vms`, list([]));
    await only(watched('FAILOVER', ['t-1']));
    site.appliance.on('GET /tasks', list([]));
    await expect(only(watched('FAILOVER', ['t-1']))).resolves.toMatchObject({
      jobs: [{ state: 'SUCCEEDED' }],
    });
    expect(site.appliance.count('GET /tasks/t-1')).toBe(0);
  });

  it('takes a task that the list does not hold for running, as long as its plan is seen to run', async () => {
    await expect(only(watched('FAILOVER', ['older']))).resolves.toMatchObject({
      jobs: [{ id: 'older', state: 'RUNNING', word: null }],
      progressPercent: 55,
    });
    expect(site.appliance.count('GET /tasks/older')).toBe(0);
  });

  it('keeps the words of a task that failed', async () => {
    const error = { message: 'Cannot recover.', details: 'RecoveryPlanLocked by another run' };
    site.appliance.on('GET /tasks', list([task('t-1', 'ERROR', { error })]));
    await expect(only(watched('FAILOVER', ['t-1']))).resolves.toMatchObject({
      jobs: [
        {
          error: {
            code: 'RecoveryPlanLocked',
            message: 'Cannot recover. (RecoveryPlanLocked by another run)',
          },
        },
      ],
    });
  });

  it('reads the prompts of a plan that waits at one', async () => {
    site.appliance.on(`GET ${PLANS}`, list([plan('WAITING_FOR_USER_INPUT', { is_running: true })]));
    site.appliance.on('GET /tasks', list([task('t-1', 'RUNNING')]));
    const prompt = {
      id: 'p-1',
      raised_time: 1767225600000,
      description: 'Check DNS',
      prompt_text: 'Is DNS moved?',
    };
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/recovery-steps/user-prompts`, list([prompt]));
    await expect(only(watched('FAILOVER', ['t-1']))).resolves.toMatchObject({
      resource: { state: 'WAITING_FOR_INPUT' },
      prompts: [{ id: 'p-1', text: 'Is DNS moved?: Check DNS', raisedTime: '2026-01-01T00:00:00.000Z' }],
    });
  });

  it('reads the machines of a run once it is over, one time, and tells of those in trouble', async () => {
    site.appliance.on(`GET ${PLANS}`, list([plan('DISASTER_RECOVERY_COMPLETE')]));
    site.appliance.on('GET /tasks', list([task('t-1', 'SUCCESS')]));
    const machines = [
      { id: 'vm-1', name: 'erp-1', status: 'RECOVERY_SUCCEEDED' },
      { id: 'vm-2', name: 'erp-2', status: 'RECOVERY_ERROR', protection_group_name: 'erp' },
      { id: 'vm-3', name: 'erp-3', status: 'RECOVERY_WARNING' },
    ];
    site.appliance.on(`GET ${PLANS}/${PLAN_ID}/vms`, list(machines));
    for (let round = 0; round < 3; round += 1) {
      await expect(only(watched('FAILOVER', ['t-1']))).resolves.toMatchObject({
        resource: { state: 'FAILED_OVER', activeSite: 'RECOVERY', nextDirection: 'TO_RECOVERY' },
        warnings: [
          expect.stringContaining('may still run'),
          'Machine erp-2 (group erp) ended in RECOVERY_ERROR.',
          'Machine erp-3 ended in RECOVERY_WARNING.',
        ],
      });
    }
    expect(site.appliance.count(`GET ${PLANS}/${PLAN_ID}/vms`)).toBe(1);
  });

  it('follows a plan without a task by its state alone', async () => {
    await expect(only(watched('FAILOVER', []))).resolves.toMatchObject({
      jobs: [],
      progressPercent: 55,
      resource: { word: 'RECOVERY_IN_PROGRESS' },
    });
    expect(site.appliance.count('GET /tasks')).toBe(0);
  });

  it.each([
    ['short', list([])],
    ['partial', list([], [{ message: 'remote site is down' }])],
  ])(
    'says that a plan is gone when the appliance does not know it, not when a list is %s',
    async (_, reply) => {
      site.appliance.on(`GET ${PLANS}`, reply);
      site.appliance.on('GET /tasks', list([task('t-1', 'RUNNING')]));
      await expect(only(watched('FAILOVER', ['t-1']))).resolves.toMatchObject({ resource: null });
      site.appliance.on('GET /tasks', list([task('t-1', 'SUCCESS')]));
      site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { body: plan('RECOVERY_COMPLETE') });
      await expect(only(watched('FAILOVER', ['t-1']))).resolves.toMatchObject({ resource: { exists: true } });
      site.appliance.on(`GET ${PLANS}/${PLAN_ID}`, { status: 404 });
      await expect(only(watched('FAILOVER', ['t-1']))).resolves.toMatchObject({
        resource: { exists: false },
      });
    },
  );

  it('says nothing of an ended job while the plan cannot be read', async () => {
    site.appliance.on('GET /tasks', list([task('t-1', 'SUCCESS')]));
    site.appliance.on(`GET ${PLANS}`, { status: 500 });
    await expect(only(watched('FAILOVER', ['t-1']))).resolves.toBeUndefined();
  });

  it('throws when nothing at all can be read', async () => {
    site.appliance.on('GET /tasks', { status: 500 });
    site.appliance.on(`GET ${PLANS}`, { status: 503 });
    await expect(only(watched('FAILOVER', ['t-1']))).rejects.toMatchObject({ retry: 'TEMPORARY' });
  });

  it('takes the id of a new group from the task that made it', async () => {
    const made = { ...watched('CREATE_PROTECTION_GROUP', ['t-1']) };
    made.command = { ...made.command, targetNativeId: null };
    site.appliance.on('GET /tasks', list([task('t-1', 'SUCCESS', { result: GROUP_ID })]));
    await expect(only(made)).resolves.toMatchObject({
      createdId: 'site-a.DrReplicationVmProtectionGroup~g-1001~33333333',
      resource: { exists: true, word: 'OK' },
    });
  });

  it('tells of a deleted group that it is no more', async () => {
    site.appliance.on('GET /tasks', list([task('t-1', 'SUCCESS')]));
    site.appliance.on(`GET ${GROUPS}`, list([]));
    await expect(only(watched('DELETE_PROTECTION_GROUP', ['t-1']))).resolves.toMatchObject({
      resource: { exists: false, word: '' },
    });
  });

  it('asks nothing when nothing is watched', async () => {
    await expect(site.driver.observe([], cx())).resolves.toEqual([]);
    expect(site.appliance.journal).toHaveLength(0);
  });
});
